package io.dlog.client;

import io.dlog.ledger.LedgerMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Reads entries of one ledger.
 *
 * <p>Thread: safe; futures complete on the ledger's lane. Entries own their buffers: close each.
 */
public interface LedgerReader extends AutoCloseable {
    long ledgerId();

    /** Metadata as last seen; follows the store while the ledger is not closed. */
    LedgerMetadata metadata();

    /** Whether the ledger is closed, so that {@link #lastAddConfirmed} is its last entry for ever. */
    boolean isClosed();

    /** The highest last add confirmed this reader has learned; no network. */
    long lastAddConfirmed();

    /** Data bytes up to {@link #lastAddConfirmed}, as far as known. */
    long length();

    /** Asks the bookies for the last add confirmed; never goes back. */
    CompletableFuture<Long> readLastAddConfirmed();

    /** Reads {@code first} to {@code last}, both included; fails with {@code READ_FAILED} beyond last add confirmed. */
    CompletableFuture<List<LedgerEntry>> read(long first, long last);

    /** Reads without looking at last add confirmed; entries found there may vanish in a recovery. */
    CompletableFuture<List<LedgerEntry>> readUnconfirmed(long first, long last);

    /**
     * Waits until {@code entryId} is confirmed and reads it; empty when {@code timeout} passed first or the ledger was
     * closed before that entry, which {@link #isClosed} tells apart.
     */
    CompletableFuture<Optional<LedgerEntry>> awaitEntry(long entryId, Duration timeout);

    /** Stops following metadata. */
    @Override
    void close();
}
