package io.dlog.bookie.storage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.journal.Claim;
import io.dlog.bookie.journal.Generation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One ledger in one generation: where its entries stand in the log buffer, and what was logged about its state.
 *
 * <p>A record is published and entered here under the lock, so that whoever sees it durable in the journal and then takes the
 * lock finds it here.
 *
 * <p>Thread: safe, because of a leaf lock; under it memory is copied but nothing waits.
 */
final class LedgerTable {
    private static final int ALIGNMENT_BITS = 4;

    private final long ledgerId;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final EntryTable entries = new EntryTable();

    @GuardedBy("lock")
    private LedgerState state = LedgerState.EMPTY;

    @GuardedBy("lock")
    private long lac = -1;

    /** Whether the segments may be in use for something else already. */
    @GuardedBy("lock")
    private boolean isReleased;

    LedgerTable(long ledgerId) {
        this.ledgerId = ledgerId;
    }

    long ledgerId() {
        return ledgerId;
    }

    /**
     * Publishes an entry.
     *
     * @return how many pages of memory it took
     */
    int publishEntry(Claim<LedgerTables> claim, long entryId, long entryLac) {
        long position = claim.position();
        int value = value(claim.generation(), position);
        synchronized (lock) {
            claim.publish();
            return enter(entryId, value, entryLac);
        }
    }

    /** Enters an entry that replay found. */
    int enterReplayed(Generation<LedgerTables> generation, long position, long entryId, long entryLac) {
        synchronized (lock) {
            return enter(entryId, value(generation, position), entryLac);
        }
    }

    @GuardedBy("lock")
    private int enter(long entryId, int value, long entryLac) {
        int pages = entries.pages();
        if (Integer.compareUnsigned(value, entries.get(entryId)) > 0) {
            entries.put(entryId, value);
        }
        if (entryLac > lac) {
            lac = entryLac;
        }
        return entries.pages() - pages;
    }

    /** Publishes a change of state. */
    void publishState(Claim<LedgerTables> claim, UnaryOperator<LedgerState> change) {
        synchronized (lock) {
            claim.publish();
            state = change.apply(state);
        }
    }

    /** Enters a change of state that replay found. */
    void enterReplayed(UnaryOperator<LedgerState> change) {
        synchronized (lock) {
            state = change.apply(state);
        }
    }

    LedgerState state() {
        synchronized (lock) {
            return state.withLac(lac);
        }
    }

    /** A copy of the entry, null when it is not here. */
    @Nullable
    ByteBuf read(Generation<LedgerTables> generation, long entryId, ByteBufAllocator allocator) {
        synchronized (lock) {
            int value = isReleased ? EntryTable.ABSENT : entries.get(entryId);
            if (value == EntryTable.ABSENT) {
                return null;
            }
            long position = position(generation, value);
            int bytes = generation.bodyBytes(position);
            ByteBuf copy = allocator.directBuffer(bytes, bytes);
            generation.copyBody(position, bytes, copy);
            return copy;
        }
    }

    /** Highest entry id, -1 when there is none. */
    long lastEntryId() {
        synchronized (lock) {
            return entries.last();
        }
    }

    /** All entry ids, ascending. */
    long[] entryIds() {
        synchronized (lock) {
            return entries.ids();
        }
    }

    /** Positions of these entries. */
    long[] positions(Generation<LedgerTables> generation, long[] entryIds) {
        long[] positions = new long[entryIds.length];
        synchronized (lock) {
            for (int i = 0; i < positions.length; i++) {
                positions[i] = position(generation, entries.get(entryIds[i]));
            }
        }
        return positions;
    }

    /** Nobody reads from the log buffer through this any more. */
    void release() {
        synchronized (lock) {
            isReleased = true;
        }
    }

    private static int value(Generation<LedgerTables> generation, long position) {
        return (int) ((position - generation.start()) >>> ALIGNMENT_BITS) + 1;
    }

    private static long position(Generation<LedgerTables> generation, int value) {
        return generation.start() + ((Integer.toUnsignedLong(value) - 1) << ALIGNMENT_BITS);
    }
}
