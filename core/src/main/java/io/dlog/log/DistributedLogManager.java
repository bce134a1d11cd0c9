package io.dlog.log;

import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A handle on one log. Futures fail with {@link DLException} and complete on the log's lane; continuations must not block.
 *
 * <p>Thread: safe.
 */
public interface DistributedLogManager extends AutoCloseable {
    String getStreamName();

    /** All log segments in order, truncated ones too. */
    List<LogSegmentInfo> getLogSegments() throws IOException;

    /**
     * Becomes the log's only writer: takes the write lock, recovers what an earlier writer left, and is ready. Fails with
     * {@link OwnershipAcquireFailedException} when another client holds the lock.
     */
    CompletableFuture<AsyncLogWriter> openAsyncLogWriter();

    /** The blocking twin of {@link #openAsyncLogWriter}. */
    LogWriter openLogWriter() throws IOException;

    /** Reads from the first record at or after a position. */
    CompletableFuture<AsyncLogReader> openAsyncLogReader(DLSN from);

    /** Reads from the first record with at least this transaction id. */
    CompletableFuture<AsyncLogReader> openAsyncLogReader(long fromTxId);

    LogReader openLogReader(DLSN from) throws IOException;

    LogReader openLogReader(long fromTxId) throws IOException;

    /** The first record that is not truncated; {@link LogEmptyException}. */
    CompletableFuture<LogRecordWithDLSN> getFirstLogRecordAsync();

    /** The last record; {@link LogEmptyException}, {@link LogNotFoundException}. */
    CompletableFuture<LogRecordWithDLSN> getLastLogRecordAsync();

    /** Records not truncated. */
    CompletableFuture<Long> getLogRecordCountAsync(DLSN from);

    /** Whether {@code markEndOfStream} was called. */
    boolean isEndOfStreamMarked() throws IOException;

    /** Deletes the log and its ledgers. */
    void delete() throws IOException;

    @Override
    void close();
}
