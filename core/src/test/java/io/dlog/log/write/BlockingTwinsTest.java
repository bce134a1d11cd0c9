package io.dlog.log.write;

import static io.dlog.testing.LogFixture.record;
import static io.dlog.testing.LogFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.LogConfig;
import io.dlog.log.LogReader;
import io.dlog.log.LogReader.Wait;
import io.dlog.log.LogWriter;
import io.dlog.log.TransactionIdOutOfOrderException;
import io.dlog.log.read.BlockingLogReader;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.testing.LogFixture;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlockingTwinsTest {
    @Test
    void writesBufferUntilCommitAndReadsSayWhenNothingIsThere() throws Exception {
        LogConfig buffered =
                LogConfig.defaults().toBuilder().outputBufferBytes(100_000).build();
        try (LogFixture log = new LogFixture();
                LogWriter writer = new BlockingLogWriter(log.writer(buffered))) {
            assertThat(writer.writeBulk(List.of(record(1), record(2)))).isEqualTo(2);
            assertThat(writer.commit()).isEqualTo(2);
            try (LogReader reader = new BlockingLogReader(log.reader(DLSN.InitialDLSN))) {
                LogRecordWithDLSN first = reader.readNext(Wait.BLOCKING);
                assertThat(first).isNotNull();
                assertThat(reader.readBulk(Wait.NON_BLOCKING, 10)).hasSize(1).allMatch(r -> text(r).equals("record-2"));
                assertThat(reader.readNext(Wait.NON_BLOCKING)).isNull();
            }
        }
    }

    @Test
    void refusedRecordIsReported() throws Exception {
        try (LogFixture log = new LogFixture();
                LogWriter writer = new BlockingLogWriter(log.writer(LogConfig.defaults()))) {
            writer.write(record(5));
            writer.write(record(4));
            assertThatThrownBy(writer::flush).isInstanceOf(TransactionIdOutOfOrderException.class);
            assertThat(writer.flush()).isEqualTo(5);
        }
    }
}
