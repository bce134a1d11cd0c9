package io.dlog.log.write;

import io.dlog.concurrent.Completions;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.LogWriter;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The blocking twin of {@link SegmentedLogWriter}. A record that failed is reported by the next call, whichever it is; after
 * {@link #BUFFERED_BYTES_MAX} bytes a write flushes by itself.
 *
 * <p>Thread: safe, because its state is atomic and the writer behind it is safe.
 */
public final class BlockingLogWriter implements LogWriter {
    /** Payload bytes written since the last flush before a write waits. */
    static final long BUFFERED_BYTES_MAX = SegmentedLogWriter.OUTSTANDING_BYTES_MAX / 8;

    private final SegmentedLogWriter writer;
    private final AtomicLong bufferedBytes = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    public BlockingLogWriter(SegmentedLogWriter writer) {
        this.writer = writer;
    }

    @Override
    public void write(LogRecord record) throws DLException {
        reportFailure();
        if (bufferedBytes.addAndGet(record.getPayload().length) > BUFFERED_BYTES_MAX) {
            flush();
        }
        CompletableFuture<DLSN> written = writer.write(record);
        Completions.deliver(written, Runnable::run, dlsn -> {}, e -> failure.compareAndSet(null, e));
    }

    @Override
    public int writeBulk(List<LogRecord> records) throws DLException {
        for (LogRecord record : records) {
            write(record);
        }
        return records.size();
    }

    @Override
    public long flush() throws DLException {
        return after(writer.flush());
    }

    @Override
    public long commit() throws DLException {
        return after(writer.commit());
    }

    private long after(CompletableFuture<Void> flushed) throws DLException {
        bufferedBytes.set(0);
        CompletableFuture<Long> done = flushed.thenApply(all -> writer.getLastTxId());
        long lastTxId = BlockingCalls.await(done);
        reportFailure();
        return lastTxId;
    }

    private void reportFailure() throws DLException {
        Throwable e = failure.getAndSet(null);
        if (e != null) {
            BlockingCalls.await(CompletableFuture.<Long>failedFuture(e));
        }
    }

    @Override
    public void markEndOfStream() throws DLException {
        BlockingCalls.await(writer.markEndOfStream());
        reportFailure();
    }

    @Override
    public void close() throws DLException {
        BlockingCalls.await(writer.asyncClose().thenApply(done -> true));
        reportFailure();
    }

    @Override
    public void abort() throws DLException {
        BlockingCalls.await(writer.asyncAbort().thenApply(done -> true));
    }
}
