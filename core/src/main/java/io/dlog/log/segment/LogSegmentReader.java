package io.dlog.log.segment;

import io.dlog.client.LedgerClient;
import io.dlog.client.LedgerEntry;
import io.dlog.client.LedgerReader;
import io.dlog.ledger.DigestType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the entries of one log segment, in progress or completed, and knows when it is over: when its ledger is closed and
 * the last entry was read, whatever the segment's metadata says. A writer closes the ledger before it completes the
 * segment, so metadata may lag behind, and a reader that trusted it could leave a segment early.
 *
 * <p>Thread: safe, because it holds no state but the ledger reader, which is.
 */
public final class LogSegmentReader implements AutoCloseable {
    /** All ledgers of logs have this digest. */
    public static final DigestType DIGEST_TYPE = DigestType.CRC32;

    private final LogSegmentMetadata segment;
    private final LedgerReader ledger;

    private LogSegmentReader(LogSegmentMetadata segment, LedgerReader ledger) {
        this.segment = segment;
        this.ledger = ledger;
    }

    /** Opens a segment and lets its writer, if it has one, go on. */
    public static CompletableFuture<LogSegmentReader> open(
            LedgerClient ledgers, LogSegmentMetadata segment, byte[] password) {
        return ledgers.openWithoutRecovery(segment.ledgerId(), DIGEST_TYPE, password)
                .thenApply(ledger -> new LogSegmentReader(segment, ledger));
    }

    /** What a fetch brought. */
    public sealed interface Fetched {
        /** Entries in order, at least one; the taker closes each. */
        record Entries(List<LedgerEntry> entries) implements Fetched {}

        /** Nothing new within the time. */
        record Nothing() implements Fetched {}

        /** There is no such entry and never will be. */
        record Ended() implements Fetched {}
    }

    private static final Fetched NOTHING = new Fetched.Nothing();
    private static final Fetched ENDED = new Fetched.Ended();

    public LogSegmentMetadata segment() {
        return segment;
    }

    /** Last entry known to be confirmed; no network. */
    public long lastAddConfirmed() {
        return ledger.lastAddConfirmed();
    }

    /** Whether {@code entryId} lies behind the end of the segment. */
    public boolean isBeyondEnd(long entryId) {
        // In this order: once closed, last add confirmed is final.
        return ledger.isClosed() && entryId > ledger.lastAddConfirmed();
    }

    /** Asks the bookies for the last entry confirmed. */
    public CompletableFuture<Long> refresh() {
        return ledger.isClosed()
                ? CompletableFuture.completedFuture(ledger.lastAddConfirmed())
                : ledger.readLastAddConfirmed();
    }

    /** Entries {@code first} to {@code last}, which must be confirmed. */
    public CompletableFuture<List<LedgerEntry>> read(long first, long last) {
        return ledger.read(first, last);
    }

    /**
     * Brings {@code firstEntryId} and what is confirmed behind it, at most {@code countMax} entries; waits for it at the
     * end of a segment in progress.
     */
    public CompletableFuture<Fetched> fetch(long firstEntryId, int countMax, Duration wait) {
        long lastConfirmed = ledger.lastAddConfirmed();
        if (firstEntryId <= lastConfirmed) {
            return ledger.read(firstEntryId, Math.min(lastConfirmed, firstEntryId + countMax - 1))
                    .thenApply(Fetched.Entries::new);
        }
        if (isBeyondEnd(firstEntryId)) {
            return CompletableFuture.completedFuture(ENDED);
        }
        return ledger.awaitEntry(firstEntryId, wait)
                .<Fetched>thenApply(entry -> entry.isPresent()
                        ? new Fetched.Entries(List.of(entry.get()))
                        : isBeyondEnd(firstEntryId) ? ENDED : NOTHING);
    }

    @Override
    public void close() {
        ledger.close();
    }
}
