package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.bookkeeper.client.BookKeeper;
import org.apache.distributedlog.DLSN;
import org.junit.jupiter.api.Test;

class ClasspathTest {
    @Test
    void apacheIsHere() {
        assertThat(BookKeeper.class.getName()).isNotNull();
        assertThat(DLSN.InitialDLSN.serialize()).isNotEmpty();
    }
}
