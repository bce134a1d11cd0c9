package io.dlog.log;

import io.dlog.log.record.LogRecordWithDLSN;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads a log in order, waits at its end for more, and goes on into the next log segment. Fails with
 * {@link EndOfStreamException} at a marked end.
 *
 * <p>Thread: safe; futures complete on the log's lane.
 */
public interface AsyncLogReader {
    String getStreamName();

    /** The next record. */
    CompletableFuture<LogRecordWithDLSN> readNext();

    /** At least one and at most {@code count} records, as they are there. */
    CompletableFuture<List<LogRecordWithDLSN>> readBulk(int count);

    /** As many as come within {@code wait}, at most {@code count}; at least one however long it takes. */
    CompletableFuture<List<LogRecordWithDLSN>> readBulk(int count, Duration wait);

    CompletableFuture<Void> asyncClose();
}
