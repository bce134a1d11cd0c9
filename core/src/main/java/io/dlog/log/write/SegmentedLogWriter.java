package io.dlog.log.write;

import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.log.AsyncLogWriter;
import io.dlog.log.DLException;
import io.dlog.log.EndOfStreamException;
import io.dlog.log.LockingException;
import io.dlog.log.LogRecordTooLongException;
import io.dlog.log.StatusCode;
import io.dlog.log.TransactionIdOutOfOrderException;
import io.dlog.log.lock.WriteLock;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.EntryWriter;
import io.dlog.log.record.InvalidEntryException;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordSet;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentWriter;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.write.SegmentRecovery.Recovered;
import io.dlog.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of a log: transaction ids never go back, records go into the open segment, and segments follow one another
 * ({@link SegmentChain}).
 *
 * <p>The write lock is advice: it keeps two writers from fighting. What keeps them from both succeeding is that a new writer
 * fences the ledgers of the old one and that each change of the segments is a compare-and-set.
 *
 * <p>The first segment is started by the first write. While there is no open segment, records wait. What waits and what is
 * not acknowledged is together at most {@link #OUTSTANDING_BYTES_MAX} and {@link #OUTSTANDING_ENTRIES_MAX}; beyond that a
 * write is refused with {@link StatusCode#OVER_CAPACITY} and was certainly not done. The ledgers' own bounds lie above:
 * what they refuse would leave a hole, which ends the writer.
 *
 * <p>Thread: safe, because all state is owned by the log's lane and {@link #getLastTxId} reads a volatile.
 */
public final class SegmentedLogWriter implements AsyncLogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentedLogWriter.class);

    /** Bytes of records that may wait for a segment or for acknowledgement. */
    public static final long OUTSTANDING_BYTES_MAX = 64L * 1024 * 1024;

    /** Entries that may wait for acknowledgement; a record that waits for a segment may become an entry by itself. */
    public static final int OUTSTANDING_ENTRIES_MAX = 16_384;

    private enum State {
        OPEN,
        /** The end of the stream is being written. */
        ENDING,
        ENDED,
        FAILED,
        CLOSING,
        CLOSED
    }

    private final LogSegments log;
    private final WriteLock lock;
    private final Lane lane;
    private final SegmentChain chain;

    private State state;
    private @Nullable DLException failure;
    private @Nullable CompletableFuture<Void> closed;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long lastHandedTxId;
    private volatile long lastTxId;

    private SegmentedLogWriter(LogSegments log, WriteLock lock, Lane lane, Clock clock, Recovered recovered) {
        this.log = log;
        this.lock = lock;
        this.lane = lane;
        this.chain = new SegmentChain(log, lane, clock, recovered, new ChainListener());
        this.lastTxId = recovered.lastTxId();
        this.lastHandedTxId = lastTxId;
        this.state = recovered.lastTxId() == Long.MAX_VALUE ? State.ENDED : State.OPEN;
    }

    /** What waits for an open segment. Thread: immutable. */
    private record Waiting(int bytes, CompletableFuture<?> promise, Consumer<LogSegmentWriter> action) {}

    /** Takes the lock, recovers what an earlier writer left, and is ready to write. */
    public static CompletableFuture<SegmentedLogWriter> open(LogSegments log, WriteLock lock, Lane lane, Clock clock) {
        return lock.acquire(log.config().lockTimeout())
                .thenCompose(locked -> new SegmentRecovery(log, clock)
                        .run()
                        .thenCompose(recovered -> stillHeld(log, lock, recovered))
                        .exceptionallyCompose(e -> lock.release()
                                .handle((released, ignored) -> LedgerFailures.of(log.logName(), e))
                                .thenCompose(CompletableFuture::failedFuture)))
                .thenApplyAsync(
                        recovered -> {
                            SegmentedLogWriter writer = new SegmentedLogWriter(log, lock, lane, clock, recovered);
                            lock.onLost(() -> lane.execute(writer::lockLost));
                            return writer;
                        },
                        lane);
    }

    /** Who lost the lock while recovering must not go on to fence whoever has it now. */
    private static CompletableFuture<Recovered> stillHeld(LogSegments log, WriteLock lock, Recovered recovered) {
        return lock.isHeld()
                ? CompletableFuture.completedFuture(recovered)
                : CompletableFuture.failedFuture(
                        new LockingException("the write lock of log " + log.logName() + " was lost during recovery"));
    }

    @Override
    public long getLastTxId() {
        return lastTxId;
    }

    @Override
    public String getStreamName() {
        return log.logName();
    }

    @Override
    public CompletableFuture<DLSN> write(LogRecord record) {
        CompletableFuture<DLSN> promise = new CompletableFuture<>();
        owner().execute(() -> accept(record, promise));
        return promise;
    }

    @Override
    public CompletableFuture<List<CompletableFuture<DLSN>>> writeBulk(List<LogRecord> records) {
        List<LogRecord> copy = List.copyOf(records);
        List<CompletableFuture<DLSN>> promises = new ArrayList<>(copy.size());
        copy.forEach(record -> promises.add(new CompletableFuture<>()));
        owner().execute(() -> {
            boolean isTaken = true;
            for (int i = 0; i < copy.size(); i++) {
                if (isTaken) {
                    isTaken = accept(copy.get(i), promises.get(i));
                } else {
                    promises.get(i).completeExceptionally(cancelled());
                }
            }
        });
        return CompletableFuture.completedFuture(promises);
    }

    private DLException cancelled() {
        return new DLException(
                StatusCode.WRITE_CANCELLED_EXCEPTION,
                "log " + log.logName() + ": not written, because a record before it in the same call was refused");
    }

    /** Takes a record; false when it was refused and certainly not done. */
    private boolean accept(LogRecord record, CompletableFuture<DLSN> promise) {
        if (refuses(promise)) {
            return false;
        }
        int slots;
        try {
            slots = slotsOf(record);
        } catch (DLException e) {
            promise.completeExceptionally(e);
            return false;
        }
        long txIdBefore = lastHandedTxId;
        lastTxId = Math.max(lastTxId, record.getTransactionId());
        LogSegmentWriter open = chain.open();
        if (open != null && waiting.isEmpty() && !chain.isAboutToRoll()) {
            hand(record, slots, promise, open);
            chain.rollIfDue();
            return true;
        }
        int bytes = EntryWriter.recordBytes(record.getPayload().length);
        enqueue(new Waiting(bytes, promise, segment -> hand(record, slots, promise, segment)));
        chain.begin(record.getTransactionId(), txIdBefore);
        return true;
    }

    private void hand(LogRecord record, int slots, CompletableFuture<DLSN> promise, LogSegmentWriter segment) {
        lastHandedTxId = Math.max(lastHandedTxId, record.getTransactionId());
        segment.write(record, slots, promise);
    }

    private void enqueue(Waiting action) {
        waiting.add(action);
        waitingBytes += action.bytes();
    }

    /** Checks a record; the slots that it takes. */
    private int slotsOf(LogRecord record) throws DLException {
        long txId = record.getTransactionId();
        int length = record.getPayload().length;
        if (length > LogRecord.MAX_LOGRECORD_SIZE) {
            throw new LogRecordTooLongException("record of " + length + " bytes is longer than the "
                    + LogRecord.MAX_LOGRECORD_SIZE + " bytes that log " + log.logName() + " takes");
        }
        if (txId < 0 || txId == Long.MAX_VALUE) {
            throw new TransactionIdOutOfOrderException("log " + log.logName() + ": no valid transaction id: " + txId);
        }
        if (log.config().sanityCheckTxnId() && txId < lastTxId) {
            throw new TransactionIdOutOfOrderException(
                    "log " + log.logName() + ": transaction id " + txId + " after " + lastTxId);
        }
        long bytes = waitingBytes + chain.outstandingBytes() + EntryWriter.recordBytes(length);
        if (bytes > OUTSTANDING_BYTES_MAX || isFull()) {
            throw overCapacity();
        }
        if (!record.isRecordSet()) {
            return 1;
        }
        try {
            int count = LogRecordSet.count(record.getPayload());
            if (count == 0) {
                throw new DLException(StatusCode.REQUEST_DENIED, "log " + log.logName() + ": empty record set");
            }
            return count;
        } catch (InvalidEntryException e) {
            throw new DLException(StatusCode.REQUEST_DENIED, "log " + log.logName() + ": " + e.getMessage(), e);
        }
    }

    private boolean isFull() {
        return waiting.size() + chain.outstandingEntries() >= OUTSTANDING_ENTRIES_MAX;
    }

    private DLException overCapacity() {
        return new DLException(
                StatusCode.OVER_CAPACITY,
                "log " + log.logName() + ": as many bytes (" + OUTSTANDING_BYTES_MAX + ") or entries ("
                        + OUTSTANDING_ENTRIES_MAX + ") as may be outstanding wait for acknowledgement");
    }

    private boolean refuses(CompletableFuture<?> promise) {
        DLException cause =
                switch (state) {
                    case OPEN -> null;
                    case FAILED -> failure;
                    case ENDING, ENDED -> new EndOfStreamException("log " + log.logName() + " was ended");
                    case CLOSING, CLOSED -> closedException();
                };
        if (cause == null) {
            return false;
        }
        promise.completeExceptionally(cause);
        return true;
    }

    private DLException closedException() {
        return new DLException(StatusCode.ALREADY_CLOSED, "the writer of log " + log.logName() + " is closed");
    }

    /** Sends what is buffered; completes once everything written so far is durable. */
    public CompletableFuture<Void> flush() {
        return onOpenSegment(LogSegmentWriter::flush);
    }

    /** Like {@link #flush}, and makes readers see it. */
    public CompletableFuture<Void> commit() {
        return onOpenSegment(LogSegmentWriter::commit);
    }

    @Override
    public CompletableFuture<Void> heartbeat() {
        return onOpenSegment(
                segment -> isFull() ? CompletableFuture.failedFuture(overCapacity()) : segment.heartbeat());
    }

    private interface SegmentAction {
        CompletableFuture<Void> on(LogSegmentWriter segment);
    }

    /** Does it after the writes that wait; without a segment there is nothing to do, all is durable and visible. */
    private CompletableFuture<Void> onOpenSegment(SegmentAction action) {
        CompletableFuture<Void> promise = new CompletableFuture<>();
        owner().execute(() -> {
            if (refuses(promise)) {
                return;
            }
            LogSegmentWriter open = chain.open();
            if (open != null) {
                pipe(action.on(open), promise);
            } else if (waiting.isEmpty() && chain.outstandingBytes() == 0) {
                promise.complete(null);
            } else if (isFull()) {
                promise.completeExceptionally(overCapacity());
            } else {
                enqueue(new Waiting(0, promise, segment -> pipe(action.on(segment), promise)));
            }
        });
        return promise;
    }

    private void pipe(CompletableFuture<Void> from, CompletableFuture<Void> to) {
        Completions.deliver(from, lane, to::complete, to::completeExceptionally);
    }

    @Override
    public CompletableFuture<Boolean> truncate(DLSN dlsn) {
        return onLane(() -> {
            CompletableFuture<Boolean> promise = new CompletableFuture<>();
            if (state != State.ENDED && refuses(promise)) {
                return promise;
            }
            return new Truncate(log.store()).before(dlsn);
        });
    }

    @Override
    public CompletableFuture<Long> markEndOfStream() {
        return onLane(() -> {
            CompletableFuture<Long> refused = new CompletableFuture<>();
            if (refuses(refused)) {
                return refused;
            }
            state = State.ENDING;
            long last = lastTxId;
            return chain.settled()
                    .thenComposeAsync(settled -> segmentForEnd(last), lane)
                    .thenComposeAsync(LogSegmentWriter::writeEndOfStream, lane)
                    .thenComposeAsync(written -> chain.settled(), lane)
                    .thenComposeAsync(settled -> chain.finish(), lane)
                    .thenApplyAsync(done -> ended(), lane)
                    .exceptionallyComposeAsync(this::endFailed, lane);
        });
    }

    private Long ended() {
        changeState(State.ENDED, "end of stream");
        long last = lastTxId;
        lastTxId = Long.MAX_VALUE;
        return last;
    }

    private CompletableFuture<Long> endFailed(Throwable e) {
        DLException cause = LedgerFailures.of(log.logName(), e);
        fail(cause);
        return CompletableFuture.failedFuture(cause);
    }

    private CompletableFuture<LogSegmentWriter> segmentForEnd(long lastTxIdBefore) {
        DLException cause = failure;
        if (cause != null) {
            return CompletableFuture.failedFuture(cause);
        }
        LogSegmentWriter open = chain.open();
        if (open != null) {
            return CompletableFuture.completedFuture(open);
        }
        CompletableFuture<LogSegmentWriter> started = new CompletableFuture<>();
        enqueue(new Waiting(0, started, started::complete));
        chain.begin(lastTxIdBefore, lastTxIdBefore);
        return started;
    }

    @Override
    public CompletableFuture<Void> asyncClose() {
        return onLane(() -> {
            CompletableFuture<Void> already = closed;
            if (already != null) {
                return already;
            }
            boolean isFinished = state == State.FAILED || state == State.ENDED;
            changeState(State.CLOSING, "close");
            chain.closing();
            CompletableFuture<Void> finished = isFinished
                    ? CompletableFuture.completedFuture(null)
                    : chain.settled().thenComposeAsync(settled -> finishOrFail(), lane);
            CompletableFuture<Void> done = new CompletableFuture<>();
            Completions.deliver(finished, lane, ok -> release(null, done), e -> release(e, done));
            closed = done;
            return done;
        });
    }

    private CompletableFuture<Void> finishOrFail() {
        DLException cause = failure;
        return cause == null ? chain.finish() : CompletableFuture.failedFuture(cause);
    }

    @Override
    public CompletableFuture<Void> asyncAbort() {
        return onLane(() -> {
            CompletableFuture<Void> shared = closed;
            if (state == State.CLOSED && shared != null) {
                return shared;
            }
            // A close under way may wait for bookies that never answer: this ends it.
            CompletableFuture<Void> done = shared == null ? new CompletableFuture<>() : shared;
            closed = done;
            DLException cause = closedException();
            if (failure == null) {
                failure = cause;
            }
            chain.closing();
            chain.abort(cause);
            failWaiting(cause);
            release(null, done);
            return done;
        });
    }

    /** Gives the lock back whatever happened before, and then says what happened. */
    private void release(@Nullable Throwable before, CompletableFuture<Void> done) {
        if (state == State.CLOSED) {
            return;
        }
        changeState(State.CLOSED, "closed");
        Completions.deliver(done, Runnable::run, ok -> gone.complete(null), e -> gone.complete(null));
        CompletableFuture<Void> released = lock.release();
        if (before == null) {
            Completions.deliver(released, lane, done::complete, done::completeExceptionally);
            return;
        }
        DLException cause = LedgerFailures.of(log.logName(), before);
        Completions.deliver(
                released, lane, ok -> done.completeExceptionally(cause), e -> done.completeExceptionally(cause));
    }

    private interface Task<T> {
        CompletableFuture<T> run();
    }

    private <T> CompletableFuture<T> onLane(Task<T> task) {
        CompletableFuture<T> promise = new CompletableFuture<>();
        Executor owner = owner();
        owner.execute(() -> Completions.deliver(task.run(), owner, promise::complete, promise::completeExceptionally));
        return promise;
    }

    /** Where calls go: to the lane, or, once the writer is closed and only refuses, nowhere; the lane may be gone then. */
    private Executor owner() {
        return gone.isDone() ? Runnable::run : lane;
    }

    /** Completes once the writer is closed, however that ended; from then on it needs no lane to refuse calls. */
    public CompletableFuture<Void> whenClosed() {
        return gone.copy();
    }

    private void lockLost() {
        if (state != State.CLOSING && state != State.CLOSED) {
            fail(new LockingException("the write lock of log " + log.logName() + " was lost"));
        }
    }

    private void fail(DLException cause) {
        if (failure != null) {
            return;
        }
        failure = cause;
        if (state != State.CLOSING && state != State.CLOSED) {
            changeState(State.FAILED, cause.getMessage());
        }
        chain.abort(cause);
        failWaiting(cause);
    }

    private void failWaiting(DLException cause) {
        while (!waiting.isEmpty()) {
            waiting.remove().promise().completeExceptionally(cause);
        }
        waitingBytes = 0;
        lastTxId = lastHandedTxId;
    }

    private void changeState(State next, @Nullable String reason) {
        LOG.info("log writer state log={} from={} to={} reason={}", log.logName(), state, next, reason);
        state = next;
    }

    /** Takes the chain's news. Thread: owned by the log's lane. */
    private final class ChainListener implements SegmentChain.Listener {
        @Override
        public void ready() {
            LogSegmentWriter open = chain.open();
            while (open != null && !waiting.isEmpty()) {
                Waiting next = waiting.remove();
                waitingBytes -= next.bytes();
                next.action().accept(open);
            }
        }

        @Override
        public void startFailed(DLException cause) {
            failWaiting(cause);
        }

        @Override
        public void broken(DLException cause) {
            fail(cause);
        }
    }
}
