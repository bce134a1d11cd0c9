package io.dlog.log.read;

import io.dlog.client.LedgerEntry;
import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.log.AsyncLogReader;
import io.dlog.log.DLException;
import io.dlog.log.EndOfStreamException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.EntryReader.RecordSets;
import io.dlog.log.record.InvalidEntryException;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentReader;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.segment.SegmentEntries;
import io.dlog.log.segment.SegmentRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log in order and waits at its end for more.
 *
 * <pre>
 *   list segments -> open one -> take entries -> hand out records -> ledger closed and read through -> the next segment
 *        ^                                                                                               |
 *        +------------- none yet: wait for a change of the list, or look again -------------------------+
 * </pre>
 *
 * <p>A segment is left only when its ledger is closed and read through; {@link SegmentWalk} decides which one follows. So no
 * record is skipped or handed out twice, whether segments are in progress or completed, whatever the order in which the
 * news of it arrive.
 *
 * <p>Trouble with bookies or metadata is tried again, {@link #RETRIES_MAX} times without progress; then the reader has
 * failed and every read fails with the cause.
 *
 * <p>Thread: safe, because all state is owned by the reader's lane.
 */
public final class TailingLogReader implements AsyncLogReader {
    private static final Logger LOG = LoggerFactory.getLogger(TailingLogReader.class);

    /** How often trouble is tried again before the reader gives up. */
    static final int RETRIES_MAX = 10;

    /** Reads that may wait at a time; more are refused with {@link StatusCode#OVER_CAPACITY}. */
    static final int WAITING_READS_MAX = 10_000;

    private static final Duration RETRY_DELAY_FIRST = Duration.ofMillis(100);
    private static final Duration RETRY_DELAY_MAX = Duration.ofSeconds(5);
    private static final Duration LIST_AGAIN_DELAY = Duration.ofMillis(50);

    /** A watch tells of new segments; this bounds the wait should one be lost. */
    private static final Duration LOOK_AGAIN_DELAY = Duration.ofSeconds(5);

    private final LogSegments log;
    private final ReaderStart start;
    private final Lane lane;
    private final LogPositioner positioner;
    private final SegmentWalk walk;
    private final AutoCloseable watch;

    private DLSN position = DLSN.InvalidDLSN;
    private boolean isPositioned;
    private @Nullable ReadAhead ahead;
    private SegmentEntries decoder;
    private long nextSequenceId = -1;

    private final ArrayDeque<LogRecordWithDLSN> ready = new ArrayDeque<>();
    private final ArrayDeque<Read> reads = new ArrayDeque<>();
    private boolean isLooking;
    private boolean isWaitingForSegment;
    private boolean isAtEndOfStream;
    private boolean isClosed;
    private int retries;
    private Lane.@Nullable Timer lookAgain;
    private @Nullable DLException failure;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private TailingLogReader(LogSegments log, ReaderStart start, Lane lane) {
        this.log = log;
        this.start = start;
        this.lane = lane;
        this.positioner = new LogPositioner(log);
        this.walk = new SegmentWalk(log.logName(), log.firstSequenceNo());
        this.decoder = new SegmentEntries(
                LogSegmentMetadata.inProgress(log.firstSequenceNo(), -1, 0, 0), 0, RecordSets.UNPACK);
        this.watch = log.store().watch(() -> lane.execute(this::segmentsChanged));
    }

    /** Whether a read waits for the first record. */
    private enum Patience {
        WAIT,
        /** Completes without records once everything confirmed was handed out. */
        ONLY_WHAT_IS_THERE
    }

    /** A read that waits for its records. Thread: owned by the reader's lane. */
    private static final class Read {
        final int countMax;
        final Patience patience;
        final CompletableFuture<List<LogRecordWithDLSN>> promise = new CompletableFuture<>();
        final List<LogRecordWithDLSN> records = new ArrayList<>();
        /** Completes only when full. */
        boolean waitsForAll;

        /** Entry up to which it must have looked before it may say that nothing is there. */
        long lookedAt = -1;

        boolean hasAsked;
        boolean hasListed;

        Read(int countMax, Patience patience) {
            this.countMax = countMax;
            this.patience = patience;
        }

        boolean isFull() {
            return records.size() >= countMax;
        }
    }

    /**
     * Opens a reader; fails with {@code LogNotFoundException} when there is no such log and with
     * {@code AlreadyTruncatedTransactionException} when the position was truncated.
     */
    public static CompletableFuture<TailingLogReader> open(LogSegments log, ReaderStart start, Lane lane) {
        return log.store()
                .segments()
                .thenComposeAsync(
                        segments -> {
                            TailingLogReader reader = new TailingLogReader(log, start, lane);
                            return reader.position(segments)
                                    .thenApplyAsync(positioned -> reader, lane)
                                    .exceptionallyComposeAsync(
                                            e -> {
                                                reader.shut();
                                                return CompletableFuture.failedFuture(
                                                        LedgerFailures.of(log.logName(), e));
                                            },
                                            lane);
                        },
                        lane);
    }

    private CompletableFuture<Void> position(List<LogSegmentMetadata> segments) {
        CompletableFuture<DLSN> found;
        if (start instanceof ReaderStart.AtTransactionId byTxId) {
            found = positioner.startOf(byTxId.txId(), segments);
        } else if (start instanceof ReaderStart.AtDlsn byDlsn) {
            try {
                found = CompletableFuture.completedFuture(positioner.startOf(byDlsn.dlsn(), segments));
            } catch (DLException e) {
                found = CompletableFuture.failedFuture(e);
            }
        } else {
            throw new AssertionError(start);
        }
        return found.thenAcceptAsync(
                dlsn -> {
                    position = dlsn;
                    isPositioned = true;
                },
                lane);
    }

    @Override
    public String getStreamName() {
        return log.logName();
    }

    @Override
    public CompletableFuture<LogRecordWithDLSN> readNext() {
        return submit(new Read(1, Patience.WAIT), Duration.ZERO).thenApply(records -> records.get(0));
    }

    @Override
    public CompletableFuture<List<LogRecordWithDLSN>> readBulk(int count) {
        return submit(new Read(count, Patience.WAIT), Duration.ZERO);
    }

    @Override
    public CompletableFuture<List<LogRecordWithDLSN>> readBulk(int count, Duration wait) {
        return submit(new Read(count, Patience.WAIT), wait);
    }

    /** At most {@code count} records, as they are there; none when the reader has caught up with what is visible. */
    public CompletableFuture<List<LogRecordWithDLSN>> readAvailable(int count) {
        return submit(new Read(count, Patience.ONLY_WHAT_IS_THERE), Duration.ZERO);
    }

    private CompletableFuture<List<LogRecordWithDLSN>> submit(Read read, Duration wait) {
        if (read.countMax < 1) {
            throw new IllegalArgumentException("can't read " + read.countMax + " records");
        }
        if (closed.isDone()) {
            read.promise.completeExceptionally(closedException());
            return read.promise;
        }
        lane.execute(() -> {
            if (isClosed) {
                read.promise.completeExceptionally(closedException());
                return;
            }
            if (reads.size() >= WAITING_READS_MAX) {
                read.promise.completeExceptionally(new DLException(
                        StatusCode.OVER_CAPACITY,
                        "log " + log.logName() + ": " + WAITING_READS_MAX + " reads wait already"));
                return;
            }
            if (!wait.isZero()) {
                read.waitsForAll = true;
                lane.schedule(
                        () -> {
                            read.waitsForAll = false;
                            drive();
                        },
                        wait);
            }
            reads.add(read);
            drive();
        });
        return read.promise;
    }

    private DLException closedException() {
        return new DLException(StatusCode.READ_CANCELLED, "the reader of log " + log.logName() + " is closed");
    }

    /** Moves on as far as it can without waiting. */
    private void drive() {
        while (!isClosed && !reads.isEmpty()) {
            Read read = reads.element();
            while (!ready.isEmpty() && !read.isFull()) {
                read.records.add(ready.remove());
            }
            if (read.isFull()) {
                finish(read);
            } else if (!advance(read)) {
                if (read.records.isEmpty() || read.waitsForAll) {
                    return;
                }
                finish(read);
            }
        }
    }

    private void finish(Read read) {
        reads.remove(read);
        read.promise.complete(List.copyOf(read.records));
    }

    /** Brings more records, or moves to the next segment; false when that takes time. */
    private boolean advance(Read read) {
        DLException cause = failure;
        if (isAtEndOfStream) {
            cause = new EndOfStreamException("log " + log.logName() + " has ended");
        }
        if (cause != null) {
            if (read.records.isEmpty()) {
                reads.remove(read);
                read.promise.completeExceptionally(cause);
                return true;
            }
            read.waitsForAll = false;
            return false;
        }
        ReadAhead current = ahead;
        if (current == null) {
            if (isWaitingForSegment) {
                noSegmentFor(read);
            } else {
                look();
            }
            return reads.peek() != read;
        }
        LedgerEntry entry = current.poll();
        if (entry != null) {
            decode(entry);
            return true;
        }
        if (current.isEnded()) {
            leave(current);
            return true;
        }
        Throwable trouble = current.failure();
        if (trouble != null) {
            current.close();
            ahead = null;
            troubled(LedgerFailures.ofRead(log.logName(), current.segment().segment(), trouble));
            return false;
        }
        if (read.patience == Patience.ONLY_WHAT_IS_THERE && read.records.isEmpty()) {
            return hasNothing(read, current);
        }
        return false;
    }

    private void decode(LedgerEntry entry) {
        try (entry) {
            for (SegmentRecord record : decoder.records(entry)) {
                nextSequenceId = decoder.sequenceIdBase() + record.position();
                if (record.isEndOfStream()) {
                    isAtEndOfStream = true;
                } else {
                    take(record.record());
                }
            }
            position = new DLSN(decoder.segment().sequenceNo(), entry.entryId() + 1, 0);
            retries = 0;
        } catch (InvalidEntryException e) {
            failure = LedgerFailures.ofRead(log.logName(), decoder.segment(), e);
        }
    }

    private void take(LogRecordWithDLSN record) {
        boolean isWanted = start instanceof ReaderStart.AtTransactionId byTxId
                ? record.getTransactionId() >= byTxId.txId() && record.getDlsn().compareTo(position) >= 0
                : record.getDlsn().compareTo(position) >= 0;
        if (isWanted) {
            ready.add(record);
        }
    }

    private void leave(ReadAhead current) {
        LogSegmentMetadata segment = current.segment().segment();
        current.close();
        ahead = null;
        walk.left(segment, nextSequenceId);
        position = new DLSN(segment.sequenceNo() + 1, 0, 0);
    }

    /** Everything fetched was handed out: asks once what is confirmed by now, and says "nothing" only then. */
    private boolean hasNothing(Read read, ReadAhead current) {
        if (!read.hasAsked) {
            read.hasAsked = true;
            Completions.deliver(
                    current.segment().refresh(),
                    lane,
                    last -> {
                        read.lookedAt = Math.max(0, last + 1);
                        drive();
                    },
                    e -> {
                        read.promise.completeExceptionally(LedgerFailures.ofRead(
                                log.logName(), current.segment().segment(), e));
                        reads.remove(read);
                        drive();
                    });
            return false;
        }
        if (read.lookedAt >= 0
                && current.hasFetched(read.lookedAt - 1)
                && !current.segment().isBeyondEnd(read.lookedAt)) {
            finish(read);
            return true;
        }
        return false;
    }

    /** A read that does not wait is done when the list, read after it came, had no further segment. */
    private void noSegmentFor(Read read) {
        if (read.patience != Patience.ONLY_WHAT_IS_THERE || !read.records.isEmpty()) {
            return;
        }
        if (read.hasListed) {
            finish(read);
        } else {
            look();
        }
    }

    private void segmentsChanged() {
        if (isWaitingForSegment) {
            look();
        }
    }

    private void look() {
        if (isLooking || isClosed || !isPositioned) {
            return;
        }
        isLooking = true;
        Lane.Timer timer = lookAgain;
        if (timer != null) {
            timer.cancel();
        }
        List<Read> before = List.copyOf(reads);
        Completions.deliver(
                log.store().segments(),
                lane,
                segments -> {
                    isLooking = false;
                    before.forEach(read -> read.hasListed = true);
                    listed(segments);
                },
                e -> {
                    isLooking = false;
                    troubled(LedgerFailures.of(log.logName(), e));
                });
    }

    private void listed(List<LogSegmentMetadata> segments) {
        if (isClosed || ahead != null) {
            return;
        }
        SegmentWalk.Next next;
        try {
            if (position.logSegmentSequenceNo() == 0) {
                position = LogPositioner.firstActive(segments).orElse(position);
            }
            next = walk.next(position, segments);
        } catch (DLException e) {
            fail(e);
            return;
        }
        LogSegmentMetadata segment = next.segment();
        switch (next.step()) {
            case READ -> {
                if (segment == null) {
                    throw new AssertionError("no segment to read");
                }
                isWaitingForSegment = false;
                open(segment, next.sequenceIdBase());
            }
            case WAIT -> {
                isWaitingForSegment = true;
                lookAgain = lane.schedule(this::segmentsChanged, LOOK_AGAIN_DELAY);
                drive();
            }
            case LIST_AGAIN -> lane.schedule(this::look, LIST_AGAIN_DELAY);
        }
    }

    private void open(LogSegmentMetadata segment, long sequenceIdBase) {
        isLooking = true;
        Completions.deliver(
                LogSegmentReader.open(log.ledgers(), segment, log.password()),
                lane,
                reader -> {
                    isLooking = false;
                    opened(reader, sequenceIdBase);
                },
                e -> {
                    isLooking = false;
                    troubled(LedgerFailures.ofRead(log.logName(), segment, e));
                });
    }

    private void opened(LogSegmentReader reader, long sequenceIdBase) {
        if (isClosed) {
            reader.close();
            return;
        }
        LogSegmentMetadata segment = reader.segment();
        boolean isWithin = position.logSegmentSequenceNo() == segment.sequenceNo();
        long firstEntryId = isWithin ? Math.max(0, position.entryId()) : 0;
        if (!isWithin) {
            position = new DLSN(segment.sequenceNo(), 0, 0);
        }
        decoder = new SegmentEntries(segment, sequenceIdBase, RecordSets.UNPACK);
        // Without a record read, only a segment read from its first entry says how many there are.
        nextSequenceId = firstEntryId == 0
                ? sequenceIdBase
                : segment.isInProgress() ? -1 : sequenceIdBase + segment.recordCount();
        reads.forEach(read -> {
            read.hasAsked = false;
            read.lookedAt = -1;
        });
        ahead = new ReadAhead(reader, firstEntryId, log.config().readAheadEntries(), lane, this::drive);
        ahead.fetch();
        drive();
    }

    /** Tries again what may pass; a segment that is gone is looked for anew, which says whether it was truncated. */
    private void troubled(DLException cause) {
        boolean isHopeless = cause.getCode() == StatusCode.LOG_NOT_FOUND
                || cause.getCode() == StatusCode.INVALID_ENVELOPED_ENTRY
                || ++retries > RETRIES_MAX;
        if (isHopeless) {
            fail(cause);
            return;
        }
        long delayMillis = Math.min(RETRY_DELAY_MAX.toMillis(), RETRY_DELAY_FIRST.toMillis() << Math.min(retries, 16));
        LOG.info(
                "reader tries again log={} position={} retries={} cause={}",
                log.logName(),
                position,
                retries,
                cause.getMessage());
        isWaitingForSegment = false;
        // Until then nobody else looks: reads that come meanwhile would use up the retries at once.
        isLooking = true;
        lane.schedule(
                () -> {
                    isLooking = false;
                    look();
                },
                Duration.ofMillis(delayMillis));
    }

    private void fail(DLException cause) {
        failure = cause;
        drive();
    }

    @Override
    public CompletableFuture<Void> asyncClose() {
        lane.execute(this::shut);
        return whenClosed();
    }

    /** Completes once the reader is closed; from then on it needs no lane to refuse reads. */
    public CompletableFuture<Void> whenClosed() {
        return closed.copy();
    }

    private void shut() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        Lane.Timer timer = lookAgain;
        if (timer != null) {
            timer.cancel();
        }
        ReadAhead current = ahead;
        ahead = null;
        if (current != null) {
            current.close();
        }
        try {
            watch.close();
        } catch (Exception e) {
            LOG.warn("watch of log segments could not be closed log={}", log.logName(), e);
        }
        while (!reads.isEmpty()) {
            reads.remove().promise.completeExceptionally(closedException());
        }
        closed.complete(null);
    }
}
