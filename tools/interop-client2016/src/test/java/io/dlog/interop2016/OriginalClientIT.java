package io.dlog.interop2016;

import static org.assertj.core.api.Assertions.assertThat;

import com.twitter.distributedlog.service.DistributedLogClient;
import com.twitter.distributedlog.service.DistributedLogClientBuilder;
import org.junit.jupiter.api.Test;

class OriginalClientIT {
    @Test
    void isHere() {
        assertThat(DistributedLogClientBuilder.newBuilder()).isNotNull();
        assertThat(DistributedLogClient.class.getMethods()).isNotEmpty();
    }
}
