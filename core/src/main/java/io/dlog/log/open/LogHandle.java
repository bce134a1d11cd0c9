package io.dlog.log.open;

import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.log.AsyncLogReader;
import io.dlog.log.AsyncLogWriter;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogConfig;
import io.dlog.log.LogEmptyException;
import io.dlog.log.LogExistsException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.LogReader;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.LogWriter;
import io.dlog.log.StatusCode;
import io.dlog.log.lock.WriteLock;
import io.dlog.log.read.BlockingLogReader;
import io.dlog.log.read.LogPositioner;
import io.dlog.log.read.ReaderStart;
import io.dlog.log.read.TailingLogReader;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.segment.SegmentRecord;
import io.dlog.log.write.BlockingLogWriter;
import io.dlog.log.write.SegmentedLogWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A handle on one log of a namespace. Everything about one log runs on one lane.
 *
 * <p>Thread: safe, because it is immutable and what it hands out is safe.
 */
final class LogHandle implements DistributedLogManager {
    private final LogSegments log;
    private final LogPorts ports;
    private final Scheduler scheduler;
    private final Outstanding outstanding;
    private final Lane lane;

    LogHandle(LogSegments log, LogPorts ports, Scheduler scheduler, Outstanding outstanding) {
        this.log = log;
        this.ports = ports;
        this.scheduler = scheduler;
        this.outstanding = outstanding;
        this.lane = scheduler.lane(log.logName().hashCode());
    }

    @Override
    public String getStreamName() {
        return log.logName();
    }

    @Override
    public List<LogSegmentInfo> getLogSegments() throws DLException {
        return BlockingCalls.await(log.store().segments()).stream()
                .map(LogSegmentMetadata::info)
                .toList();
    }

    @Override
    public CompletableFuture<AsyncLogWriter> openAsyncLogWriter() {
        return openWriter().thenApply(writer -> writer);
    }

    private CompletableFuture<SegmentedLogWriter> openWriter() {
        return plain(existing()
                .thenCompose(
                        exists -> SegmentedLogWriter.open(log, ports.writeLock(log.logName()), lane, scheduler.clock()))
                .thenApply(writer -> {
                    outstanding.add(writer::asyncAbort, writer.whenClosed());
                    return writer;
                }));
    }

    private CompletableFuture<Boolean> existing() {
        return ports.catalog().exists(log.logName()).thenCompose(exists -> {
            if (exists) {
                return CompletableFuture.completedFuture(true);
            }
            LogConfig config = log.config();
            return config.createStreamIfNotExists() ? create() : CompletableFuture.failedFuture(notFound());
        });
    }

    /** Somebody else may create it at the same time, which is as good. */
    private CompletableFuture<Boolean> create() {
        return ports.catalog()
                .create(log.logName())
                .thenApply(created -> true)
                .exceptionallyCompose(e -> isOfLog(e, LogExistsException.class)
                        ? CompletableFuture.completedFuture(true)
                        : CompletableFuture.failedFuture(e));
    }

    private static boolean isOfLog(Throwable e, Class<? extends DLException> type) {
        return type.isInstance(e) || (e instanceof CompletionException && type.isInstance(e.getCause()));
    }

    private LogNotFoundException notFound() {
        return new LogNotFoundException("there is no log " + log.logName());
    }

    @Override
    public LogWriter openLogWriter() throws DLException {
        return new BlockingLogWriter(BlockingCalls.await(openWriter()));
    }

    @Override
    public CompletableFuture<AsyncLogReader> openAsyncLogReader(DLSN from) {
        return openReader(new ReaderStart.AtDlsn(from)).thenApply(reader -> reader);
    }

    @Override
    public CompletableFuture<AsyncLogReader> openAsyncLogReader(long fromTxId) {
        return openReader(new ReaderStart.AtTransactionId(fromTxId)).thenApply(reader -> reader);
    }

    private CompletableFuture<TailingLogReader> openReader(ReaderStart start) {
        return plain(TailingLogReader.open(log, start, lane).thenApply(reader -> {
            outstanding.add(reader::asyncClose, reader.whenClosed());
            return reader;
        }));
    }

    @Override
    public LogReader openLogReader(DLSN from) throws DLException {
        return new BlockingLogReader(BlockingCalls.await(openReader(new ReaderStart.AtDlsn(from))));
    }

    @Override
    public LogReader openLogReader(long fromTxId) throws DLException {
        return new BlockingLogReader(BlockingCalls.await(openReader(new ReaderStart.AtTransactionId(fromTxId))));
    }

    @Override
    public CompletableFuture<LogRecordWithDLSN> getFirstLogRecordAsync() {
        return plain(new LogPositioner(log).first().thenCompose(this::orEmpty));
    }

    @Override
    public CompletableFuture<LogRecordWithDLSN> getLastLogRecordAsync() {
        return plain(new LogPositioner(log).last().thenCompose(this::orEmpty));
    }

    private CompletionStage<LogRecordWithDLSN> orEmpty(Optional<SegmentRecord> found) {
        return found.map(record -> CompletableFuture.completedFuture(record.record()))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new LogEmptyException("log " + log.logName() + " has no record")));
    }

    @Override
    public CompletableFuture<Long> getLogRecordCountAsync(DLSN from) {
        return plain(new LogPositioner(log).count(from));
    }

    @Override
    public boolean isEndOfStreamMarked() throws DLException {
        return BlockingCalls.await(plain(new LogPositioner(log).isEndOfStreamMarked()));
    }

    @Override
    public void delete() throws DLException {
        BlockingCalls.await(plain(deleteAll().thenApply(deleted -> true)));
    }

    /** Under the write lock, so that no writer starts a segment whose ledger nobody would delete. */
    private CompletableFuture<Void> deleteAll() {
        return log.store().segments().thenCompose(known -> {
            WriteLock lock = ports.writeLock(log.logName());
            return lock.acquire(log.config().lockTimeout())
                    .thenCompose(locked -> log.store().segments())
                    .thenCompose(this::deleteSegments)
                    .handle((done, e) -> Optional.ofNullable(e))
                    .thenCompose(failure -> lock.release()
                            .thenCompose(released -> failure.isPresent()
                                    ? CompletableFuture.failedFuture(failure.orElseThrow())
                                    : ports.catalog().delete(log.logName())));
        });
    }

    /** The ledger goes before the node that names it: what is left after a crash can still be found. */
    private CompletableFuture<Void> deleteSegments(List<LogSegmentMetadata> segments) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (LogSegmentMetadata segment : segments) {
            done = done.thenCompose(before -> log.ledgers().delete(segment.ledgerId()))
                    .thenCompose(deleted -> log.store().delete(segment));
        }
        return done;
    }

    /** Completes on the log's lane and fails with our exception. */
    private <T> CompletableFuture<T> plain(CompletableFuture<T> future) {
        CompletableFuture<T> result = new CompletableFuture<>();
        outstanding.add(() -> refuse(result), result);
        Completions.deliver(
                future, lane, result::complete, e -> result.completeExceptionally(LedgerFailures.of(log.logName(), e)));
        return result;
    }

    private CompletableFuture<Boolean> refuse(CompletableFuture<?> call) {
        return CompletableFuture.completedFuture(call.completeExceptionally(
                new DLException(StatusCode.ALREADY_CLOSED, "the namespace of log " + log.logName() + " is closed")));
    }

    @Override
    public void close() {}
}
