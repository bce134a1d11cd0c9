package io.dlog.log.read;

import io.dlog.client.LedgerEntry;
import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.log.segment.LogSegmentReader;
import io.dlog.log.segment.LogSegmentReader.Fetched;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the entries of one segment before they are asked for, at most {@code entriesMax} entries and
 * {@link #BYTES_MAX} bytes beyond the one that a fetch brings; when either is reached, nothing is fetched until the reader
 * has taken some.
 *
 * <p>Thread: owned by the reader's lane.
 */
final class ReadAhead {
    /** Bytes of entries that wait for the reader. */
    static final long BYTES_MAX = 8L * 1024 * 1024;

    /** How long the bookies may keep a request at the tail waiting. */
    private static final Duration TAIL_WAIT = Duration.ofSeconds(5);

    private final LogSegmentReader segment;
    private final int entriesMax;
    private final Lane lane;
    private final Runnable onNews;

    private final ArrayDeque<LedgerEntry> entries = new ArrayDeque<>();
    private long bytes;
    private long nextEntryId;
    private boolean isFetching;
    private boolean isEnded;
    private boolean isClosed;
    private @Nullable Throwable failure;

    /**
     * @param onNews told on the lane when there is more, the end, or a failure
     */
    ReadAhead(LogSegmentReader segment, long firstEntryId, int entriesMax, Lane lane, Runnable onNews) {
        this.segment = segment;
        this.nextEntryId = firstEntryId;
        this.entriesMax = entriesMax;
        this.lane = lane;
        this.onNews = onNews;
    }

    LogSegmentReader segment() {
        return segment;
    }

    /** The next entry, null when none is here; the caller closes it. */
    @Nullable
    LedgerEntry poll() {
        LedgerEntry entry = entries.poll();
        if (entry != null) {
            bytes -= entry.data().readableBytes();
        }
        fetch();
        return entry;
    }

    /** Whether all entries of the segment were taken. */
    boolean isEnded() {
        return isEnded && entries.isEmpty();
    }

    /** Whether {@code entryId} and all before it were fetched or will never be there. */
    boolean hasFetched(long entryId) {
        return nextEntryId > entryId || isEnded;
    }

    /** Why nothing more comes, null when more may come; what was fetched before is handed out first. */
    @Nullable
    Throwable failure() {
        return entries.isEmpty() ? failure : null;
    }

    /** Fetches if there is room and nothing is on its way. */
    void fetch() {
        if (isFetching
                || isEnded
                || isClosed
                || failure != null
                || entries.size() >= entriesMax
                || bytes >= BYTES_MAX) {
            return;
        }
        isFetching = true;
        Completions.deliver(
                segment.fetch(nextEntryId, entriesMax - entries.size(), TAIL_WAIT), lane, this::fetched, this::failed);
    }

    private void fetched(Fetched fetched) {
        isFetching = false;
        if (fetched instanceof Fetched.Entries found) {
            if (isClosed) {
                found.entries().forEach(LedgerEntry::close);
                return;
            }
            for (LedgerEntry entry : found.entries()) {
                if (entry.entryId() != nextEntryId) {
                    throw new AssertionError("entry " + entry.entryId() + " of ledger " + entry.ledgerId()
                            + " came in place of " + nextEntryId);
                }
                entries.add(entry);
                bytes += entry.data().readableBytes();
                nextEntryId++;
            }
        } else if (fetched instanceof Fetched.Ended) {
            isEnded = true;
        }
        fetch();
        onNews.run();
    }

    private void failed(Throwable cause) {
        isFetching = false;
        failure = cause;
        onNews.run();
    }

    void close() {
        isClosed = true;
        entries.forEach(LedgerEntry::close);
        entries.clear();
        bytes = 0;
        segment.close();
    }
}
