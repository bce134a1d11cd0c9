package io.dlog.proxy.stream;

import io.dlog.concurrent.Lane;
import io.dlog.log.AsyncLogWriter;
import io.dlog.log.DLException;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log as this proxy serves it: acquires it by its write lock, writes what comes, and gives it back.
 *
 * <p>Operations that come while the stream is being acquired wait; when it belongs to somebody else they fail with
 * {@link OwnershipAcquireFailedException}, which the service turns into FOUND. A failed writer is aborted, what it had not
 * finished fails, and the stream is acquired again. A writer that does not open in time is given up, and aborted should it
 * open later. {@link StreamState} has the transitions.
 *
 * <p>Transaction ids are the clock's milliseconds, never less than the last one of the log.
 *
 * <p>Thread: all state is owned by the stream's lane; public methods are safe.
 */
final class Stream {
    private static final Logger LOG = LoggerFactory.getLogger(Stream.class);

    private final String name;
    private final StreamConfig config;
    private final Namespace namespace;
    private final Lane lane;
    private final Lane metadataLane;
    private final Clock clock;

    private final ArrayDeque<StreamOp> queued = new ArrayDeque<>();
    private final ArrayDeque<Started> started = new ArrayDeque<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private volatile StreamState state = StreamState.UNINITIALIZED;
    private volatile @Nullable String owner;
    private @Nullable DistributedLogManager manager;
    private @Nullable AsyncLogWriter writer;
    private long lastTxId;
    private boolean watching;
    private int writerNumber;
    /** Written on the stream's lane; the metadata lane leaves an acquisition alone that was given up before its turn. */
    private volatile int acquisition;

    private Lane.@Nullable Timer acquireTimer;

    /** An operation given to the writer. */
    private record Started(StreamOp op, long sinceNanos) {}

    Stream(String name, StreamConfig config, Namespace namespace, Lane lane, Lane metadataLane, Clock clock) {
        this.name = name;
        this.config = config;
        this.namespace = namespace;
        this.lane = lane;
        this.metadataLane = metadataLane;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    StreamState state() {
        return state;
    }

    boolean isOwned() {
        return state == StreamState.INITIALIZED;
    }

    /** Who else owns the stream, as far as we know. */
    Optional<String> knownOwner() {
        return Optional.ofNullable(owner);
    }

    /** Completes when the stream is closed. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /** Carries an operation out, now or once the stream is ours. */
    void submit(StreamOp op) {
        lane.execute(() -> accept(op));
    }

    private void accept(StreamOp op) {
        switch (state) {
            case INITIALIZED -> execute(op);
            case UNINITIALIZED -> {
                queue(op);
                acquire();
            }
            case INITIALIZING, ERROR -> {
                if (config.failFastOnStreamNotReady()) {
                    op.fail(new DLException(StatusCode.STREAM_NOT_READY, "stream " + name + " is being acquired"));
                } else {
                    queue(op);
                }
            }
            case FAILED, BACKOFF -> {
                String currentOwner = owner;
                if (currentOwner == null) {
                    queue(op);
                } else {
                    op.fail(new OwnershipAcquireFailedException(name, currentOwner));
                }
            }
            case CLOSING, CLOSED -> op.fail(closedException());
        }
    }

    private DLException closedException() {
        return new DLException(StatusCode.STREAM_UNAVAILABLE, "stream " + name + " is " + state);
    }

    private void queue(StreamOp op) {
        if (queued.size() >= config.queuedMax()) {
            op.fail(new DLException(
                    StatusCode.OVER_CAPACITY,
                    "stream " + name + " is being acquired and " + queued.size() + " operations wait"));
            return;
        }
        queued.add(op);
    }

    // Acquiring

    private void acquire() {
        change(StreamState.INITIALIZING, "operations wait");
        owner = null;
        int number = acquisition + 1;
        acquisition = number;
        acquireTimer = lane.schedule(() -> acquireTimedOut(number), config.acquireTimeout());
        metadataLane.execute(() -> openOnMetadataLane(number));
    }

    private boolean isAcquiring(int number) {
        return state == StreamState.INITIALIZING && number == acquisition;
    }

    private void acquireTimedOut(int number) {
        if (!isAcquiring(number)) {
            return;
        }
        acquireFailed(
                number,
                null,
                new DLException(
                        StatusCode.STREAM_UNAVAILABLE,
                        "stream " + name + " could not be acquired within "
                                + config.acquireTimeout().toMillis() + " ms"));
    }

    /** Blocks on metadata, so it runs on a lane that may. */
    private void openOnMetadataLane(int number) {
        if (!isAcquiring(number)) {
            return;
        }
        DistributedLogManager opened;
        try {
            opened = namespace.openLog(name);
        } catch (IOException | RuntimeException e) {
            lane.execute(() -> acquireFailed(number, null, e));
            return;
        }
        var unused = opened.openAsyncLogWriter().handle((newWriter, failure) -> {
            lane.execute(() -> {
                if (newWriter == null) {
                    acquireFailed(number, opened, failure);
                } else {
                    acquired(number, opened, newWriter);
                }
            });
            return null;
        });
    }

    private void acquired(int number, DistributedLogManager newManager, AsyncLogWriter newWriter) {
        if (!isAcquiring(number)) {
            discard(newManager, newWriter);
            return;
        }
        cancelAcquireTimer();
        manager = newManager;
        writer = newWriter;
        writerNumber++;
        lastTxId = newWriter.getLastTxId();
        change(StreamState.INITIALIZED, "acquired");
        for (StreamOp op = queued.poll(); op != null; op = queued.poll()) {
            accept(op);
        }
    }

    private void cancelAcquireTimer() {
        Lane.Timer timer = acquireTimer;
        acquireTimer = null;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void acquireFailed(int number, @Nullable DistributedLogManager opened, @Nullable Throwable failure) {
        if (opened != null) {
            close(opened);
        }
        if (!isAcquiring(number)) {
            return;
        }
        cancelAcquireTimer();
        Throwable cause = unwrap(failure);
        if (cause instanceof OwnershipAcquireFailedException taken) {
            if (taken.getCurrentOwner().equals(config.clientId())) {
                // An earlier session of ours holds the lock until it expires. Sending clients to ourselves helps
                // nobody.
                change(StreamState.FAILED, "our own earlier session owns it");
            } else {
                owner = taken.getCurrentOwner();
                change(StreamState.FAILED, "owned by " + owner);
                failQueued(cause);
            }
            backOff(config.ownershipWait());
        } else {
            change(StreamState.ERROR, "could not be acquired: " + cause);
            failQueued(cause);
            backOff(config.errorWait());
        }
    }

    private void backOff(Duration wait) {
        change(StreamState.BACKOFF, "waits " + wait.toMillis() + " ms");
        var unused = lane.schedule(this::backedOff, wait);
    }

    private void backedOff() {
        if (state != StreamState.BACKOFF) {
            return;
        }
        owner = null;
        if (!queued.isEmpty()) {
            acquire();
        } else {
            // Nobody asks for it: forget it, and begin anew when somebody does.
            beginClosing("nobody asks for it");
        }
    }

    // Operations

    private void execute(StreamOp op) {
        AsyncLogWriter current = writer;
        if (current == null) {
            throw new AssertionError("stream " + name + " is INITIALIZED without a writer");
        }
        if (op instanceof StreamOp.Delete delete) {
            delete(delete);
            return;
        }
        if (op instanceof StreamOp.Heartbeat heartbeat && !heartbeat.sendToReader()) {
            heartbeat.result().complete(null);
            return;
        }
        remember(op);
        if (op instanceof StreamOp.Write write) {
            settle(current.write(new LogRecord(nextTxId(), write.payload())), write.result());
        } else if (op instanceof StreamOp.RecordSetWrite write) {
            LogRecord record = new LogRecord(nextTxId(), write.payload(), LogRecord.Kind.RECORD_SET);
            settle(current.write(record), write.result());
        } else if (op instanceof StreamOp.BulkWrite bulk) {
            writeBulk(current, bulk);
        } else if (op instanceof StreamOp.Truncate truncate) {
            settle(current.truncate(truncate.dlsn()), truncate.result());
        } else if (op instanceof StreamOp.Heartbeat heartbeat) {
            settle(current.heartbeat(), heartbeat.result());
        } else {
            throw new AssertionError(op.kind() + " is not for a stream's writer");
        }
    }

    private long nextTxId() {
        lastTxId = Math.max(clock.currentTimeMillis(), lastTxId);
        return lastTxId;
    }

    private <T> void settle(CompletableFuture<T> outcome, CompletableFuture<T> result) {
        int number = writerNumber;
        var unused = outcome.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                Throwable cause = unwrap(failure);
                result.completeExceptionally(cause);
                lane.execute(() -> failed(number, cause));
            }
        });
    }

    private void writeBulk(AsyncLogWriter current, StreamOp.BulkWrite bulk) {
        List<LogRecord> records = new ArrayList<>(bulk.payloads().size());
        for (byte[] payload : bulk.payloads()) {
            records.add(new LogRecord(nextTxId(), payload));
        }
        int number = writerNumber;
        var unused = current.writeBulk(records)
                .thenCompose(writes -> {
                    CompletableFuture<?>[] all = writes.toArray(CompletableFuture[]::new);
                    return CompletableFuture.allOf(all).handle((done, failure) -> writes);
                })
                .whenComplete((writes, failure) -> {
                    if (failure != null) {
                        Throwable cause = unwrap(failure);
                        bulk.result().completeExceptionally(cause);
                        lane.execute(() -> failed(number, cause));
                    } else {
                        bulk.result().complete(writes);
                        firstFailure(writes).ifPresent(cause -> lane.execute(() -> failed(number, cause)));
                    }
                });
    }

    private static Optional<Throwable> firstFailure(List<CompletableFuture<DLSN>> writes) {
        for (CompletableFuture<DLSN> write : writes) {
            if (write.isCompletedExceptionally()) {
                return Optional.of(
                        unwrap(write.handle((dlsn, failure) -> failure).join()));
            }
        }
        return Optional.empty();
    }

    // Failures

    /** A failure of the record leaves the writer as it is; any other one means that the writer can't go on. */
    private static boolean isFailureOfTheRequest(Throwable cause) {
        if (!(cause instanceof DLException refused)) {
            return false;
        }
        return switch (refused.getCode()) {
            case TOO_LARGE_RECORD,
                    TRANSACTION_OUT_OF_ORDER,
                    END_OF_STREAM,
                    OVER_CAPACITY,
                    REQUEST_DENIED,
                    TRUNCATED_TRANSACTION,
                    LOG_EMPTY -> true;
            default -> false;
        };
    }

    private void failed(int number, Throwable cause) {
        if (number != writerNumber || state != StreamState.INITIALIZED || isFailureOfTheRequest(cause)) {
            return;
        }
        change(StreamState.ERROR, "writer failed: " + cause);
        AsyncLogWriter broken = writer;
        DistributedLogManager itsManager = manager;
        writer = null;
        manager = null;
        DLException unfinished =
                new DLException(StatusCode.WRITE_CANCELLED_EXCEPTION, "stream " + name + " failed: " + cause, cause);
        for (Started op = started.poll(); op != null; op = started.poll()) {
            op.op.fail(unfinished);
        }
        if (broken == null) {
            throw new AssertionError("stream " + name + " fails without a writer");
        }
        withinCloseTimeout(broken.asyncAbort(), () -> {
            if (itsManager != null) {
                close(itsManager);
            }
            if (state == StreamState.ERROR) {
                backOff(config.errorWait());
            }
        });
    }

    /** Runs {@code then} on the lane when the future is done, or after the close timeout. Once. */
    private void withinCloseTimeout(CompletableFuture<Void> future, Runnable then) {
        CompletableFuture<Void> once = new CompletableFuture<>();
        Lane.Timer timer = lane.schedule(
                () -> {
                    if (once.complete(null)) {
                        LOG.warn("writer did not end in time stream={} timeout={}", name, config.closeTimeout());
                        then.run();
                    }
                },
                config.closeTimeout());
        var unused = future.whenComplete((done, failure) -> lane.execute(() -> {
            if (once.complete(null)) {
                timer.cancel();
                if (failure != null) {
                    LOG.warn("writer ended badly stream={}", name, failure);
                }
                then.run();
            }
        }));
    }

    /** Keeps operations in order of their start, so that the oldest shows whether the writer still answers. */
    private void remember(StreamOp op) {
        for (Started head = started.peek(); head != null && head.op.isDone(); head = started.peek()) {
            started.remove();
        }
        started.add(new Started(op, clock.nanoTime()));
        if (!watching && !config.serviceTimeout().isZero()) {
            watching = true;
            var unused = lane.schedule(this::watch, config.serviceTimeout());
        }
    }

    private void watch() {
        watching = false;
        for (Started head = started.peek(); head != null && head.op.isDone(); head = started.peek()) {
            started.remove();
        }
        Started oldest = started.peek();
        if (oldest == null || state != StreamState.INITIALIZED) {
            return;
        }
        long waited = clock.nanoTime() - oldest.sinceNanos;
        if (waited >= config.serviceTimeout().toNanos()) {
            failed(
                    writerNumber,
                    new DLException(
                            StatusCode.WRITE_EXCEPTION,
                            oldest.op.kind() + " took longer than "
                                    + config.serviceTimeout().toMillis() + " ms"));
        } else {
            watching = true;
            var unused = lane.schedule(this::watch, config.serviceTimeout().minusNanos(waited));
        }
    }

    private void failQueued(Throwable cause) {
        for (StreamOp op = queued.poll(); op != null; op = queued.poll()) {
            op.fail(cause);
        }
    }

    // The end

    /** Gives the stream up; completes when it is closed. What was written before completes first. */
    CompletableFuture<Void> close(String reason) {
        lane.execute(() -> beginClosing(reason));
        return closed;
    }

    private void beginClosing(String reason) {
        if (state == StreamState.CLOSING || state == StreamState.CLOSED) {
            return;
        }
        change(StreamState.CLOSING, reason);
        cancelAcquireTimer();
        failQueued(closedException());
        closeWriter(this::finishClosing);
    }

    /** Closes the writer if there is one; what it has not finished after the timeout is aborted and fails. */
    private void closeWriter(Runnable then) {
        AsyncLogWriter closing = writer;
        DistributedLogManager itsManager = manager;
        writer = null;
        manager = null;
        if (closing == null) {
            then.run();
            return;
        }
        CompletableFuture<Void> closeOutcome = closing.asyncClose();
        withinCloseTimeout(closeOutcome, () -> {
            if (!closeOutcome.isDone() || closeOutcome.isCompletedExceptionally()) {
                var unused = closing.asyncAbort().exceptionally(failure -> {
                    LOG.warn("writer could not be aborted stream={}", name, failure);
                    return null;
                });
            }
            DLException unfinished = closedException();
            for (Started op = started.poll(); op != null; op = started.poll()) {
                op.op.fail(unfinished);
            }
            if (itsManager != null) {
                close(itsManager);
            }
            then.run();
        });
    }

    private void finishClosing() {
        change(StreamState.CLOSED, "closed");
        closed.complete(null);
    }

    /** We own it, so nobody writes: close the writer, then remove the log. */
    private void delete(StreamOp.Delete delete) {
        change(StreamState.CLOSING, "to be deleted");
        closeWriter(() -> metadataLane.execute(() -> {
            try {
                namespace.deleteLog(name);
                lane.execute(this::finishClosing);
                delete.result().complete(null);
            } catch (IOException | RuntimeException e) {
                lane.execute(this::finishClosing);
                delete.fail(e);
            }
        }));
    }

    private void discard(DistributedLogManager unwantedManager, AsyncLogWriter unwanted) {
        var unused = unwanted.asyncAbort().whenComplete((done, failure) -> close(unwantedManager));
    }

    /** Closing a handle may block. */
    private void close(DistributedLogManager unwanted) {
        metadataLane.execute(unwanted::close);
    }

    private static Throwable unwrap(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause == null ? new IllegalStateException("failed without a cause") : cause;
    }

    /** The only place where the state changes. */
    private void change(StreamState to, String reason) {
        StreamState from = state;
        if (!from.next().contains(to)) {
            throw new AssertionError("stream " + name + " cannot go from " + from + " to " + to + ": " + reason);
        }
        state = to;
        LOG.info("stream changed state stream={} from={} to={} reason={}", name, from, to, reason);
    }
}
