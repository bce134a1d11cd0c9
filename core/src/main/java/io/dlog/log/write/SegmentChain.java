package io.dlog.log.write;

import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentStore.Counters;
import io.dlog.log.segment.LogSegmentWriter;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.segment.RollingPolicy;
import io.dlog.log.segment.SegmentEnd;
import io.dlog.log.write.SegmentRecovery.Recovered;
import io.dlog.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a log as its writer moves through them: none yet, one that takes records, or two while rolling.
 *
 * <pre>
 *         begin                  due: make ledger            next record: start n+1     flushed
 *   none -------> starting 1 --> n --------------> n, a ledger --------------> switch ----------> n+1, retiring n
 *                                ^  could not:          |       could not:     | writes wait      |
 *                                +--- stay, try later --+----------------------+                  completed: n+1
 * </pre>
 *
 * <p>Records go to segment n until a record finds a ledger ready for n+1. That record and those after it wait while n+1 is
 * started and the last of n is acknowledged: so no record is acknowledged before an earlier one, and n+1 starts with the
 * transaction id of its first record. Readers that look for a transaction id take the last segment that starts at or below
 * it; were n+1 to start below the last record of n, they would miss what n holds. When n+1 can't be started, the records go
 * to n after all. Changes of metadata follow one another, each on the counters that the one before it left.
 *
 * <p>Thread: owned by the log's lane.
 */
final class SegmentChain {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentChain.class);

    /** How long a failed roll, or a failed completion, waits for the next attempt. */
    static final Duration RETRY_DELAY = Duration.ofMinutes(1);

    /** Who is told what becomes of the chain; on the log's lane. */
    interface Listener {
        /** Records may be written, those that waited first. */
        void ready();

        /** There is no segment and none could be started now. */
        void startFailed(DLException cause);

        /** The chain is broken for good. */
        void broken(DLException cause);
    }

    private final LogSegments log;
    private final Lane lane;
    private final Clock clock;
    private final Listener listener;
    private final RollingPolicy policy;
    private final NewSegment newSegment;

    private Counters counters;
    private long nextSequenceId;
    private @Nullable LogSegmentWriter current;
    /** The last segment while it is being completed. */
    private @Nullable LogSegmentWriter finishing;

    private long currentSinceNanos;
    private boolean isStarting;
    private boolean isPrepared;
    private boolean isSwitching;
    private boolean isRetiring;
    private boolean isClosing;
    private boolean isAborted;
    private boolean isRollDelayed;
    private long rollNotBeforeNanos;
    private final List<CompletableFuture<Void>> settledWaiters = new ArrayList<>();

    SegmentChain(LogSegments log, Lane lane, Clock clock, Recovered recovered, Listener listener) {
        this.log = log;
        this.lane = lane;
        this.clock = clock;
        this.listener = listener;
        this.policy = RollingPolicy.of(log.config());
        this.newSegment = new NewSegment(log, lane);
        this.counters = recovered.counters();
        this.nextSequenceId = recovered.nextSequenceId();
    }

    /** The segment that takes records now, null when they have to wait. */
    @Nullable
    LogSegmentWriter open() {
        return isSwitching ? null : current;
    }

    /** Bytes not acknowledged yet. */
    long outstandingBytes() {
        LogSegmentWriter writer = current;
        return writer == null ? 0 : writer.outstandingBytes();
    }

    /** Entries not acknowledged yet. */
    int outstandingEntries() {
        LogSegmentWriter writer = current;
        return writer == null ? 0 : writer.outstandingEntries();
    }

    /** Whether the next record is to wait, and {@link #begin} to be called for it. */
    boolean isAboutToRoll() {
        return isPrepared;
    }

    /** Starts the first segment, or the next if one is prepared, unless that is under way. */
    void begin(long firstTxId, long lastTxIdBefore) {
        LogSegmentWriter old = current;
        if (old != null && isPrepared) {
            roll(firstTxId, old);
            return;
        }
        if (old != null || isStarting) {
            return;
        }
        isStarting = true;
        Completions.deliver(
                newSegment.start(firstTxId, counters),
                lane,
                started -> {
                    isStarting = false;
                    enter(started, lastTxIdBefore);
                    settle();
                },
                e -> {
                    isStarting = false;
                    DLException cause = LedgerFailures.of(log.logName(), e);
                    if (NewSegment.mayPass(cause)) {
                        listener.startFailed(cause);
                    } else {
                        listener.broken(cause);
                    }
                    settle();
                });
    }

    private void enter(NewSegment.Started started, long lastTxIdBefore) {
        counters = started.counters();
        current = writerOf(started, lastTxIdBefore);
        currentSinceNanos = clock.nanoTime();
        LOG.info(
                "log segment started log={} segment={} ledger={}",
                log.logName(),
                started.segment().sequenceNo(),
                started.segment().ledgerId());
        listener.ready();
    }

    private LogSegmentWriter writerOf(NewSegment.Started started, long lastTxIdBefore) {
        return new LogSegmentWriter(
                log.logName(), started.segment(), started.ledger(), log.config(), lane, lastTxIdBefore);
    }

    /** Prepares to roll when the policy says so and nothing of an earlier roll is unfinished. */
    void rollIfDue() {
        LogSegmentWriter writer = current;
        if (writer == null || isStarting || isPrepared || isRetiring || isClosing || writer.failure() != null) {
            return;
        }
        long now = clock.nanoTime();
        Duration age = Duration.ofNanos(now - currentSinceNanos);
        if (!policy.isDue(age, writer.bytesHandedIn(), writer.recordCount())) {
            return;
        }
        if (isRollDelayed && now - rollNotBeforeNanos < 0) {
            return;
        }
        isStarting = true;
        Completions.deliver(
                newSegment.prepare(),
                lane,
                ready -> {
                    isStarting = false;
                    isPrepared = !isClosing;
                    if (isAborted) {
                        discardPrepared();
                    }
                    settle();
                },
                e -> {
                    isStarting = false;
                    rollFailed(LedgerFailures.of(log.logName(), e));
                    settle();
                });
    }

    private void roll(long firstTxId, LogSegmentWriter old) {
        isPrepared = false;
        isStarting = true;
        isSwitching = true;
        Completions.deliver(newSegment.start(firstTxId, counters), lane, started -> switchTo(started, old), e -> {
            isStarting = false;
            isSwitching = false;
            rollFailed(LedgerFailures.of(log.logName(), e));
            listener.ready();
            settle();
        });
    }

    private void rollFailed(DLException cause) {
        if (!NewSegment.mayPass(cause)) {
            listener.broken(cause);
            return;
        }
        isRollDelayed = true;
        rollNotBeforeNanos = clock.nanoTime() + RETRY_DELAY.toNanos();
        LOG.warn("roll put off, the old log segment stays open log={} cause={}", log.logName(), cause.getMessage());
    }

    private void switchTo(NewSegment.Started started, LogSegmentWriter old) {
        counters = started.counters();
        Completions.deliver(
                old.flush(),
                lane,
                flushed -> {
                    isStarting = false;
                    isSwitching = false;
                    isRollDelayed = false;
                    retire(old);
                    enter(started, old.lastTxId());
                },
                e -> {
                    isStarting = false;
                    isSwitching = false;
                    listener.broken(LedgerFailures.ofWrite(log.logName(), old.segment(), e));
                    settle();
                });
    }

    private void retire(LogSegmentWriter old) {
        isRetiring = true;
        Completions.deliver(complete(old), lane, done -> retired(), e -> retireFailed(old, e));
    }

    private void retired() {
        isRetiring = false;
        settle();
    }

    private void retireFailed(LogSegmentWriter old, Throwable failure) {
        DLException cause = LedgerFailures.ofWrite(log.logName(), old.segment(), failure);
        // A failed write of the segment itself does not pass, whatever its cause.
        if (isClosing || old.failure() != null || cause.getCode() != StatusCode.ZOOKEEPER_ERROR) {
            isRetiring = false;
            listener.broken(cause);
            settle();
            return;
        }
        LOG.warn(
                "completion of a log segment put off log={} segment={} cause={}",
                log.logName(),
                old.segment().sequenceNo(),
                cause.getMessage());
        lane.schedule(
                () -> Completions.deliver(completeAgain(old), lane, done -> retired(), e -> retireFailed(old, e)),
                RETRY_DELAY);
    }

    private CompletableFuture<Void> complete(LogSegmentWriter writer) {
        return writer.close().thenComposeAsync(end -> complete(writer.segment(), end), lane);
    }

    private CompletableFuture<Void> complete(LogSegmentMetadata segment, SegmentEnd end) {
        LogSegmentMetadata completed = segment.completed(end, clock.currentTimeMillis(), nextSequenceId);
        return log.store()
                .complete(segment, completed, counters)
                .thenAcceptAsync(after -> completed(completed, after), lane);
    }

    private void completed(LogSegmentMetadata segment, Counters after) {
        counters = after;
        nextSequenceId = nextSequenceId < 0 ? -1 : nextSequenceId + segment.recordCount();
        LOG.info(
                "log segment completed log={} segment={} ledger={} records={}",
                log.logName(),
                segment.sequenceNo(),
                segment.ledgerId(),
                segment.recordCount());
    }

    /** The answer to the first attempt was lost: looks whether it was done. */
    private CompletableFuture<Void> completeAgain(LogSegmentWriter writer) {
        LogSegmentMetadata segment = writer.segment();
        return log.store()
                .counters()
                .thenCompose(now -> log.store()
                        .segments()
                        .thenComposeAsync(
                                segments -> {
                                    for (LogSegmentMetadata found : segments) {
                                        if (!found.isInProgress() && found.ledgerId() == segment.ledgerId()) {
                                            return completedBefore(found, now);
                                        }
                                    }
                                    return complete(writer);
                                },
                                lane));
    }

    /** Ours only if the counters are as our change left them; on another writer's versions we would pass as well as he. */
    private CompletableFuture<Void> completedBefore(LogSegmentMetadata found, Counters now) {
        long txId = Math.max(counters.maxTxId().value(), found.lastTxId());
        Counters ours = new Counters(
                counters.maxTxId().next(txId),
                counters.maxSequenceNo().next(counters.maxSequenceNo().value()));
        if (!now.equals(ours)) {
            return CompletableFuture.failedFuture(new DLException(
                    StatusCode.METADATA_EXCEPTION,
                    "metadata of log " + log.logName() + " was changed by another writer after log segment "
                            + found.sequenceNo()));
        }
        completed(found, now);
        return CompletableFuture.completedFuture(null);
    }

    /** Completes once nothing of a start or a roll is unfinished. */
    CompletableFuture<Void> settled() {
        CompletableFuture<Void> waiter = new CompletableFuture<>();
        settledWaiters.add(waiter);
        settle();
        return waiter;
    }

    private void settle() {
        if (isStarting || isRetiring) {
            return;
        }
        List<CompletableFuture<Void>> waiters = List.copyOf(settledWaiters);
        settledWaiters.clear();
        waiters.forEach(waiter -> waiter.complete(null));
    }

    /** Completes the open segment, if there is one; the chain must be settled. */
    CompletableFuture<Void> finish() {
        LogSegmentWriter writer = current;
        current = null;
        finishing = writer;
        CompletableFuture<Void> done = writer == null ? CompletableFuture.completedFuture(null) : complete(writer);
        return done.thenComposeAsync(finished -> newSegment.discard(), lane);
    }

    /** From now on nothing is rolled, and what fails is not tried again. */
    void closing() {
        isClosing = true;
        isPrepared = false;
    }

    /** Fails what is unfinished; the open segment is left to the next writer's recovery. */
    void abort(DLException cause) {
        isAborted = true;
        isPrepared = false;
        LogSegmentWriter writer = current;
        if (writer != null) {
            writer.abort(cause);
        }
        LogSegmentWriter last = finishing;
        if (last != null) {
            last.abort(cause);
        }
        if (!isStarting) {
            discardPrepared();
        }
    }

    private void discardPrepared() {
        Completions.deliver(
                newSegment.discard(),
                lane,
                done -> {},
                e -> LOG.warn("ledger made for the next log segment stays log={}", log.logName(), e));
    }
}
