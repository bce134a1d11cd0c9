package io.dlog.log.write;

import static io.dlog.testing.LogFixture.IMMEDIATE;
import static io.dlog.testing.LogFixture.await;
import static io.dlog.testing.LogFixture.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.LogConfig;
import io.dlog.log.read.TailingLogReader;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.testing.LogFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A log against a plain list, whatever its writers do. */
final class LogProperties {
    enum Step {
        WRITE_ONE,
        WRITE_BURST,
        CLOSE_AND_REOPEN,
        /** The next writer comes without the first one knowing. */
        TAKE_OVER
    }

    @Property(tries = 40)
    void readersGetWhatWasAcknowledgedInOrderOnce(
            @ForAll @Size(min = 1, max = 15) List<Step> steps,
            @ForAll @IntRange(min = 1, max = 2000) int segmentBytes,
            @ForAll @IntRange(min = 0, max = 200) int bufferBytes,
            @ForAll Compression compression) {
        LogConfig config = IMMEDIATE.toBuilder()
                .rollingInterval(Duration.ZERO)
                .maxLogSegmentBytes(segmentBytes)
                .outputBufferBytes(bufferBytes)
                .compression(compression)
                .build();
        try (LogFixture log = new LogFixture()) {
            TailingLogReader tail = log.reader(DLSN.InitialDLSN);
            SegmentedLogWriter writer = log.rivalWriter(config);
            List<DLSN> model = new ArrayList<>();
            long txId = 0;
            for (Step step : steps) {
                switch (step) {
                    case WRITE_ONE -> txId = write(writer, txId, 1, model);
                    case WRITE_BURST -> txId = write(writer, txId, 7, model);
                    case CLOSE_AND_REOPEN -> {
                        await(writer.asyncClose().thenApply(closed -> true));
                        writer = log.rivalWriter(config);
                    }
                    case TAKE_OVER -> writer = log.rivalWriter(config);
                }
            }
            await(writer.asyncClose().thenApply(closed -> true));

            List<LogRecordWithDLSN> all = log.readAll();
            assertThat(all)
                    .extracting(LogRecordWithDLSN::getDlsn)
                    .isEqualTo(model)
                    .isSorted();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).getTransactionId()).isEqualTo(i + 1);
                assertThat(all.get(i).getSequenceId()).isEqualTo(i);
            }
            assertThat(LogFixture.read(tail, model.size()))
                    .extracting(LogRecordWithDLSN::getDlsn)
                    .isEqualTo(model);
            assertThat(log.segments()).noneMatch(LogSegmentMetadata::isInProgress);
            for (int i = 0; i < log.segments().size(); i++) {
                assertThat(log.segments().get(i).sequenceNo()).isEqualTo(i + 1);
            }
        }
    }

    private static long write(SegmentedLogWriter writer, long lastTxId, int count, List<DLSN> model) {
        List<CompletableFuture<DLSN>> writes = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            writes.add(writer.write(record(lastTxId + i)));
        }
        await(writer.flush().thenApply(flushed -> true));
        writes.forEach(write -> model.add(await(write)));
        return lastTxId + count;
    }
}
