package io.dlog.log.read;

import io.dlog.client.LedgerEntry;
import io.dlog.log.AlreadyTruncatedTransactionException;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.InvalidEntryException;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentReader;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.segment.RecordScan;
import io.dlog.log.segment.SegmentEntries;
import io.dlog.log.segment.SegmentRecord;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Finds places in a log: by DLSN, by transaction id, the first and the last record.
 *
 * <p>A transaction id is looked for in two steps: the first segment whose last transaction id reaches it, then by bisection
 * the last entry that begins below it. The entry is where a reader starts, and drops what is below.
 *
 * <p>Thread: immutable; futures complete on any thread.
 */
public final class LogPositioner {
    private final LogSegments log;

    public LogPositioner(LogSegments log) {
        this.log = log;
    }

    /** The segments that a reader may see any of. */
    static List<LogSegmentMetadata> active(List<LogSegmentMetadata> segments) {
        return segments.stream()
                .filter(segment -> segment.truncation() != Truncation.TRUNCATED)
                .toList();
    }

    /** Where the log begins now; below that all was truncated or deleted. Empty when there is no segment. */
    static Optional<DLSN> firstActive(List<LogSegmentMetadata> segments) {
        return active(segments).stream().findFirst().map(LogSegmentMetadata::minActiveDLSN);
    }

    /**
     * Where a reader that asked for {@code from} starts. The position before all records, which any log has, means the
     * beginning of what there is; any other position that was truncated is refused, because to start later in silence would
     * hide a loss.
     */
    DLSN startOf(DLSN from, List<LogSegmentMetadata> segments) throws AlreadyTruncatedTransactionException {
        Optional<DLSN> first = firstActive(segments);
        boolean isBeginning = from.compareTo(DLSN.InitialDLSN) <= 0;
        if (first.isEmpty()) {
            return isBeginning ? new DLSN(0, 0, 0) : from;
        }
        if (isBeginning) {
            return first.get();
        }
        if (from.compareTo(first.get()) < 0 && !endsBefore(from, segments)) {
            throw new AlreadyTruncatedTransactionException(
                    "log " + log.logName() + " begins at " + first.get() + "; " + from + " was truncated");
        }
        return from;
    }

    /** Whether all records of the segment of {@code from} lie before it, so that its truncation hides nothing. */
    private static boolean endsBefore(DLSN from, List<LogSegmentMetadata> segments) {
        List<LogSegmentMetadata> passed = segments.stream()
                .filter(segment -> segment.truncation() == Truncation.TRUNCATED
                        && segment.sequenceNo() >= from.logSegmentSequenceNo())
                .toList();
        return passed.size() == 1
                && passed.get(0).sequenceNo() == from.logSegmentSequenceNo()
                && passed.get(0).lastDLSN().compareTo(from) < 0;
    }

    /** Where to start for records with at least this transaction id, at or before the first of them. */
    CompletableFuture<DLSN> startOf(long txId, List<LogSegmentMetadata> segments) {
        for (LogSegmentMetadata segment : active(segments)) {
            if (segment.isInProgress() || segment.lastTxId() >= txId) {
                return withReader(segment, reader -> bisect(reader, SegmentEntries.of(segment), txId))
                        .thenApply(entryId -> later(new DLSN(segment.sequenceNo(), entryId, 0), segment));
            }
        }
        long last = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).sequenceNo();
        return CompletableFuture.completedFuture(new DLSN(last + 1, 0, 0));
    }

    private static DLSN later(DLSN found, LogSegmentMetadata segment) {
        DLSN active = segment.minActiveDLSN();
        return found.compareTo(active) < 0 ? active : found;
    }

    /** The last entry whose first record lies below {@code txId}, 0 when none does. */
    private CompletableFuture<Long> bisect(LogSegmentReader reader, SegmentEntries entries, long txId) {
        return reader.refresh().thenCompose(last -> bisect(reader, entries, txId, 0, last));
    }

    /** Entries up to {@code low} may begin below {@code txId}, those above {@code high} don't. */
    private CompletableFuture<Long> bisect(
            LogSegmentReader reader, SegmentEntries entries, long txId, long low, long high) {
        if (low >= high) {
            return CompletableFuture.completedFuture(low);
        }
        long middle = low + (high - low + 1) / 2;
        return reader.read(middle, middle).thenCompose(read -> {
            boolean isBelow = firstTransactionId(read, entries) < txId;
            return isBelow
                    ? bisect(reader, entries, txId, middle, high)
                    : bisect(reader, entries, txId, low, middle - 1);
        });
    }

    private static long firstTransactionId(List<LedgerEntry> read, SegmentEntries entries) {
        try {
            return entries.firstTransactionId(read.get(0));
        } catch (InvalidEntryException e) {
            throw new CompletionException(e);
        } finally {
            read.forEach(LedgerEntry::close);
        }
    }

    /** The first record that is not truncated, empty when there is none. */
    public CompletableFuture<Optional<SegmentRecord>> first() {
        return log.store().segments().thenCompose(segments -> first(active(segments), 0));
    }

    private CompletableFuture<Optional<SegmentRecord>> first(List<LogSegmentMetadata> segments, int index) {
        if (index == segments.size()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        LogSegmentMetadata segment = segments.get(index);
        return firstFrom(segment, segment.minActiveDLSN())
                .thenCompose(found ->
                        found.isPresent() ? CompletableFuture.completedFuture(found) : first(segments, index + 1));
    }

    /** The first record of a segment at or after a position. */
    private CompletableFuture<Optional<SegmentRecord>> firstFrom(LogSegmentMetadata segment, DLSN from) {
        return withReader(
                segment,
                reader -> reader.refresh()
                        .thenCompose(last -> RecordScan.first(
                                reader::read,
                                SegmentEntries.of(segment),
                                from.entryId(),
                                last,
                                record -> !record.isEndOfStream()
                                        && record.record().getDlsn().compareTo(from) >= 0)));
    }

    /** The last record of the application, empty when there is none that is not truncated. */
    public CompletableFuture<Optional<SegmentRecord>> last() {
        return log.store().segments().thenCompose(segments -> {
            List<LogSegmentMetadata> active = active(segments);
            return last(active, active.size() - 1, record -> !record.isEndOfStream());
        });
    }

    /** Whether the log's last record is the end of the stream. */
    public CompletableFuture<Boolean> isEndOfStreamMarked() {
        return log.store()
                .segments()
                .thenCompose(segments -> last(segments, segments.size() - 1, record -> true)
                        .thenApply(last -> last.isPresent() && last.get().isEndOfStream()));
    }

    private interface Wanted {
        boolean test(SegmentRecord record);
    }

    private CompletableFuture<Optional<SegmentRecord>> last(
            List<LogSegmentMetadata> segments, int index, Wanted wanted) {
        if (index < 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        LogSegmentMetadata segment = segments.get(index);
        DLSN from = segment.minActiveDLSN();
        return withReader(
                        segment,
                        reader -> reader.refresh()
                                .thenCompose(last -> RecordScan.last(
                                        reader::read,
                                        SegmentEntries.of(segment),
                                        last,
                                        record -> wanted.test(record)
                                                && record.record().getDlsn().compareTo(from) >= 0)))
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : last(segments, index - 1, wanted));
    }

    /** Records at or after a position that are not truncated. */
    public CompletableFuture<Long> count(DLSN from) {
        return log.store().segments().thenCompose(segments -> {
            CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
            for (LogSegmentMetadata segment : active(segments)) {
                sum = sum.thenCompose(before -> count(segment, from).thenApply(here -> before + here));
            }
            return sum;
        });
    }

    private CompletableFuture<Long> count(LogSegmentMetadata segment, DLSN from) {
        if (segment.sequenceNo() < from.logSegmentSequenceNo()) {
            return CompletableFuture.completedFuture(0L);
        }
        DLSN start = from.compareTo(segment.minActiveDLSN()) < 0 ? segment.minActiveDLSN() : from;
        CompletableFuture<Long> all = segment.isInProgress()
                ? last(List.of(segment), 0, record -> true)
                        .thenApply(last ->
                                last.map(record -> (long) record.position()).orElse(0L))
                : CompletableFuture.completedFuture((long) segment.recordCount());
        boolean isWhole = start.compareTo(new DLSN(segment.sequenceNo(), 0, 0)) <= 0;
        if (isWhole) {
            return all;
        }
        return all.thenCompose(count -> firstFrom(segment, start)
                .thenApply(first ->
                        first.map(record -> count - record.position() + 1).orElse(0L)));
    }

    private <T> CompletableFuture<T> withReader(
            LogSegmentMetadata segment, Function<LogSegmentReader, CompletableFuture<T>> use) {
        return LogSegmentReader.open(log.ledgers(), segment, log.password())
                .thenCompose(reader -> use.apply(reader).whenComplete((value, failure) -> reader.close()))
                .exceptionallyCompose(
                        e -> CompletableFuture.failedFuture(LedgerFailures.ofRead(log.logName(), segment, e)));
    }
}
