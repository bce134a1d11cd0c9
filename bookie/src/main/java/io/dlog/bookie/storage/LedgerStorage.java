package io.dlog.bookie.storage;

import io.dlog.bookie.journal.WhenDurable;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a bookie keeps on its disks, as the request handlers see it.
 *
 * <p>Each {@code log…} method copies its bytes into the log buffer, makes them readable at once and returns the journal
 * position behind them; {@link #whenDurable} tells when the journal has them on disk. None of these blocks on I/O; when the
 * buffer is full they return {@link #BUSY} and the caller stops reading from its connection until {@link #whenWritable}.
 *
 * <p>Thread: safe. The caller orders fence and add of one ledger (see {@code HostedLedger}).
 */
public interface LedgerStorage {
    /** Returned instead of a position: the log buffer is full, nothing was stored. */
    long BUSY = -1;

    /** Returned instead of a position: this bookie's disks failed or are being closed; nothing will be durable again. */
    long FAILED = -2;

    /** Stores an entry (borrows {@code entry}); a later one with the same ids wins. */
    long logAdd(long ledgerId, long entryId, ByteBuf entry);

    /** Stores the ledger's master key; comes before the ledger's first entry. */
    long logMasterKey(long ledgerId, MasterKey key);

    /** Stores the fence. */
    long logFence(long ledgerId);

    /** Stores an explicit LAC (borrows {@code body}). */
    long logExplicitLac(long ledgerId, ByteBuf body);

    /** Position behind the last record logged so far. */
    long position();

    /**
     * Calls back once everything before {@code position} is on disk, at once when it is already, or with a failure when it
     * never will be.
     */
    void whenDurable(long position, WhenDurable callback);

    /** Calls back once the log buffer takes records again. */
    void whenWritable(Runnable callback);

    /** What is kept about a ledger, null when this bookie provably never heard of it; may read the disk. */
    @Nullable
    LedgerRecord ledger(long ledgerId) throws StorageException;

    /**
     * The entry if it is in memory: a slice or copy that the caller releases. Null says nothing about the disk. Never
     * blocks.
     */
    @Nullable
    ByteBuf readFromMemory(long ledgerId, long entryId);

    /**
     * The entry, from memory or disk, released by the caller; null when this bookie provably does not hold it. Blocks:
     * call on a reader thread.
     *
     * @throws StorageException when nothing certain can be said (I/O error, checksum)
     */
    @Nullable
    ByteBuf read(long ledgerId, long entryId) throws StorageException;

    /** Highest entry id held, {@code -1} when none. Blocks: call on a reader thread. */
    long lastEntryId(long ledgerId) throws StorageException;

    /** All entry ids held, ascending. Blocks: call on a reader thread. */
    long[] entryIds(long ledgerId) throws StorageException;
}
