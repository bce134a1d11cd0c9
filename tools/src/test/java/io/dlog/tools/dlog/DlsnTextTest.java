package io.dlog.tools.dlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.record.DLSN;
import io.dlog.tools.console.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DlsnTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2,3",
                " 1, 2, 3 ",
                "DLSN{logSegmentSequenceNo=1, entryId=2, slotId=3}",
                "AQAAAAAAAAABAAAAAAAAAAIAAAAAAAAAAw=="
            })
    void readsEveryFormOfAPosition(String text) {
        assertThat(DlsnText.parse(text)).isEqualTo(new DLSN(1, 2, 3));
    }

    @Test
    void saysWhatAPositionLooksLike() {
        assertThatThrownBy(() -> DlsnText.parse("first"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("1,0,0");
    }
}
