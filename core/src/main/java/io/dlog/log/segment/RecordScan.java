package io.dlog.log.segment;

import io.dlog.client.LedgerEntry;
import io.dlog.client.LedgerReader;
import io.dlog.log.record.InvalidEntryException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/**
 * Finds the last, or the first, record of a segment that is of interest. Entries may hold control records only, so a scan
 * goes on until it has found one, with batches that double.
 *
 * <p>Thread: safe, because it holds no state.
 */
public final class RecordScan {
    private static final int FIRST_BATCH = 2;
    private static final int BATCH_MAX = 16;

    private RecordScan() {}

    /** The entries of a ledger up to its last add confirmed. */
    public interface Source {
        CompletableFuture<List<LedgerEntry>> read(long first, long last);
    }

    /** The last record of the application, or the end of stream, in entries 0 to {@code lastEntryId}. */
    public static CompletableFuture<Optional<SegmentRecord>> last(
            LedgerReader ledger, SegmentEntries entries, long lastEntryId) {
        return last(ledger::read, entries, lastEntryId, record -> true, FIRST_BATCH);
    }

    /** The last record that fulfils {@code wanted}. */
    public static CompletableFuture<Optional<SegmentRecord>> last(
            Source source, SegmentEntries entries, long lastEntryId, Predicate<SegmentRecord> wanted) {
        return last(source, entries, lastEntryId, wanted, FIRST_BATCH);
    }

    private static CompletableFuture<Optional<SegmentRecord>> last(
            Source source, SegmentEntries entries, long lastEntryId, Predicate<SegmentRecord> wanted, int batch) {
        if (lastEntryId < 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        long first = Math.max(0, lastEntryId - batch + 1);
        return source.read(first, lastEntryId).thenCompose(read -> {
            Optional<SegmentRecord> found = pick(read, entries, wanted, Keep.LAST);
            return found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : last(source, entries, first - 1, wanted, Math.min(BATCH_MAX, batch * 2));
        });
    }

    /** The first record that fulfils {@code wanted}, in entries {@code firstEntryId} to {@code lastEntryId}. */
    public static CompletableFuture<Optional<SegmentRecord>> first(
            Source source,
            SegmentEntries entries,
            long firstEntryId,
            long lastEntryId,
            Predicate<SegmentRecord> wanted) {
        return first(source, entries, firstEntryId, lastEntryId, wanted, FIRST_BATCH);
    }

    private static CompletableFuture<Optional<SegmentRecord>> first(
            Source source,
            SegmentEntries entries,
            long firstEntryId,
            long lastEntryId,
            Predicate<SegmentRecord> wanted,
            int batch) {
        if (firstEntryId > lastEntryId) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        long last = Math.min(lastEntryId, firstEntryId + batch - 1);
        return source.read(firstEntryId, last).thenCompose(read -> {
            Optional<SegmentRecord> found = pick(read, entries, wanted, Keep.FIRST);
            return found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : first(source, entries, last + 1, lastEntryId, wanted, Math.min(BATCH_MAX, batch * 2));
        });
    }

    private enum Keep {
        FIRST,
        LAST
    }

    /** Picks and closes all entries. */
    private static Optional<SegmentRecord> pick(
            List<LedgerEntry> read, SegmentEntries entries, Predicate<SegmentRecord> wanted, Keep keep) {
        try {
            Optional<SegmentRecord> found = Optional.empty();
            for (LedgerEntry entry : read) {
                for (SegmentRecord record : entries.records(entry)) {
                    if (wanted.test(record) && (keep == Keep.LAST || found.isEmpty())) {
                        found = Optional.of(record);
                    }
                }
            }
            return found;
        } catch (InvalidEntryException e) {
            throw new CompletionException(e);
        } finally {
            read.forEach(LedgerEntry::close);
        }
    }
}
