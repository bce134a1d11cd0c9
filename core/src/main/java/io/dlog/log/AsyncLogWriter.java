package io.dlog.log;

import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The one writer of a log. Records get their positions in the order of the calls. After a failure the outcome of the
 * records in flight is unknown and every later write fails: open a new writer, which recovers the log first.
 *
 * <p>Thread: safe; futures complete on the log's lane.
 */
public interface AsyncLogWriter {
    /** Highest transaction id written or recovered. */
    long getLastTxId();

    String getStreamName();

    /** Writes a record; completes with its position once it is durable. */
    CompletableFuture<DLSN> write(LogRecord record);

    /** Writes records in order; one future each. */
    CompletableFuture<List<CompletableFuture<DLSN>>> writeBulk(List<LogRecord> records);

    /** Gives up what lies before {@code dlsn}; false when there was nothing to give up. */
    CompletableFuture<Boolean> truncate(DLSN dlsn);

    /** Ends the log for ever. Completes with the last transaction id. */
    CompletableFuture<Long> markEndOfStream();

    /** Writes a control record that makes everything before it visible to readers. */
    CompletableFuture<Void> heartbeat();

    /** Flushes, completes the open log segment, gives the lock back. */
    CompletableFuture<Void> asyncClose();

    /** Gives the lock back and leaves the open segment to the next writer's recovery. */
    CompletableFuture<Void> asyncAbort();
}
