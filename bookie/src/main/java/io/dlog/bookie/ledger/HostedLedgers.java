package io.dlog.bookie.ledger;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.storage.LedgerRecord;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.bookie.storage.StorageException;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.collection.LongObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledgers in hand, and the door through which request handlers reach them.
 *
 * <p>There is never more than one live {@link HostedLedger} for a ledger: two of them, one knowing of a fence and one not, would
 * let an add through that recovery can't see (BookKeeper #4701). So state is read outside the lock, and put into the table
 * only if nothing was put away meanwhile; and one that was put away refuses all work.
 *
 * <p>Bound: {@code ledgersMax} in the table; above it the ledgers that nobody used lately are put away, which costs nothing but
 * a look into the storage later. Ledgers that somebody waits for stay; their number is bounded by that of the waiting.
 *
 * <p>Thread: safe, because each stripe of the table has a private lock, never held over I/O.
 */
public final class HostedLedgers {
    private static final Logger LOG = LoggerFactory.getLogger(HostedLedgers.class);

    /** Enough that two of a few event loops seldom meet. */
    private static final int STRIPES = 64;

    private final LedgerStorage storage;
    private final Stripe[] stripes = new Stripe[STRIPES];
    private volatile Admission admission = Admission.ALL;

    /** @param ledgersMax how many ledgers are kept in hand */
    public HostedLedgers(LedgerStorage storage, int ledgersMax) {
        this.storage = storage;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe(Math.max(2, ledgersMax / STRIPES));
        }
    }

    /** Whose adds are taken from now on. */
    public void admit(Admission whose) {
        admission = whose;
    }

    public Admission admission() {
        return admission;
    }

    /** Stores an entry (borrows it). Position or code, see {@link AddOutcome}. May read the ledger's state from disk. */
    public long add(long ledgerId, long entryId, MasterKey key, ByteBuf entry, AddKind kind) {
        try {
            long result;
            do {
                result = open(ledgerId).add(entryId, key, entry, kind, admission);
            } while (result == AddOutcome.RETIRED.code());
            return result;
        } catch (StorageException e) {
            return unreadable(ledgerId, e);
        }
    }

    /** Fences, creating the ledger when need be; answer once the position is durable. Position or code. */
    public long fence(long ledgerId, MasterKey key) {
        try {
            long result;
            do {
                result = open(ledgerId).fence(key);
            } while (result == AddOutcome.RETIRED.code());
            return result;
        } catch (StorageException e) {
            return unreadable(ledgerId, e);
        }
    }

    /**
     * Keeps an explicit LAC (borrows {@code body}, at least 16 bytes: ledger id and LAC). Position or code.
     */
    public long writeLac(long ledgerId, MasterKey key, ByteBuf body) {
        if (admission != Admission.ALL) {
            return AddOutcome.READ_ONLY.code();
        }
        try {
            long result;
            do {
                result = open(ledgerId).writeLac(key, body);
            } while (result == AddOutcome.RETIRED.code());
            return result;
        } catch (StorageException e) {
            return unreadable(ledgerId, e);
        }
    }

    /**
     * The entry if it can be had without touching a disk, with one reference for the caller. Null means: ask
     * {@link #read} on a reader thread.
     *
     * @param entryId -1: the last one
     */
    public @Nullable ReadOutcome readFromMemory(long ledgerId, long entryId) {
        HostedLedger ledger = stripe(ledgerId).get(ledgerId);
        if (ledger == null) {
            return null;
        }
        ledger.touch();
        long id = entryId == -1 ? ledger.lastEntryId() : entryId;
        if (id < 0) {
            return null;
        }
        // The LAC is read first: it may only be told together with entries that were here when it was.
        long lac = ledger.lastAddConfirmed();
        ByteBuf entry = storage.readFromMemory(ledgerId, id);
        return entry == null ? null : new ReadOutcome.Found(id, entry, lac);
    }

    /**
     * The entry from wherever it is. Blocks.
     *
     * @param entryId -1: the last one
     */
    public ReadOutcome read(long ledgerId, long entryId) {
        try {
            HostedLedger ledger = known(ledgerId);
            if (ledger == null) {
                return ReadOutcome.NoLedger.INSTANCE;
            }
            long lac = ledger.lastAddConfirmed();
            long id = entryId;
            if (entryId == -1) {
                id = ledger.lastEntryId();
                if (id == HostedLedger.UNKNOWN_ENTRY) {
                    id = storage.lastEntryId(ledgerId);
                    ledger.foundLastEntry(id);
                }
            }
            ByteBuf entry = id < 0 ? null : storage.read(ledgerId, id);
            return entry == null ? new ReadOutcome.NoEntry(lac) : new ReadOutcome.Found(id, entry, lac);
        } catch (StorageException e) {
            LOG.warn("read failed ledger={} entry={}", ledgerId, entryId, e);
            return ReadOutcome.Unreadable.INSTANCE;
        }
    }

    /** The last explicit LAC, null when there is none. Blocks. */
    public @Nullable ByteBuf explicitLac(long ledgerId) throws StorageException {
        HostedLedger ledger = known(ledgerId);
        byte[] body = ledger == null ? null : ledger.explicitLac();
        return body == null ? null : Unpooled.wrappedBuffer(body);
    }

    /** Whether this bookie knows the ledger. Blocks. */
    public boolean isKnown(long ledgerId) throws StorageException {
        return known(ledgerId) != null;
    }

    /** The LAC of a ledger in hand, -1 when none is known. */
    public long lastAddConfirmed(long ledgerId) {
        HostedLedger ledger = stripe(ledgerId).get(ledgerId);
        return ledger == null ? -1 : ledger.lastAddConfirmed();
    }

    /** What {@link #watch} found. */
    public enum Watch {
        /** The watcher will be called. */
        WAITING,
        /** The LAC is past it already; the watcher will not be called. */
        PASSED,
        /** This bookie does not know the ledger. */
        NO_LEDGER
    }

    /** Waits for a LAC above {@code previousLac}. Blocks when the ledger is not in hand. */
    public Watch watch(long ledgerId, long previousLac, LacWatcher watcher) throws StorageException {
        while (true) {
            HostedLedger ledger = known(ledgerId);
            if (ledger == null) {
                return Watch.NO_LEDGER;
            }
            long lac = ledger.watch(previousLac, watcher);
            if (lac != AddOutcome.RETIRED.code()) {
                return lac > previousLac ? Watch.PASSED : Watch.WAITING;
            }
        }
    }

    /** Whether {@link #watch} and {@link #read} of this ledger's state need no disk. */
    public boolean isInHand(long ledgerId) {
        return stripe(ledgerId).get(ledgerId) != null;
    }

    /** Forgets a watcher; without effect when it was called. */
    public void unwatch(long ledgerId, LacWatcher watcher) {
        HostedLedger ledger = stripe(ledgerId).get(ledgerId);
        if (ledger != null) {
            ledger.unwatch(watcher);
        }
    }

    /** The storage deleted the ledger: forget what is known, tell those who wait. */
    public void deleted(long ledgerId) {
        HostedLedger ledger = stripe(ledgerId).remove(ledgerId);
        if (ledger != null) {
            ledger.delete();
        }
    }

    /** How many ledgers are in hand. */
    public int size() {
        int size = 0;
        for (Stripe s : stripes) {
            size += s.size();
        }
        return size;
    }

    private static long unreadable(long ledgerId, StorageException e) {
        LOG.warn("state of a ledger can't be read ledger={}", ledgerId, e);
        return AddOutcome.UNREADABLE.code();
    }

    /** The ledger, unheard of or not. */
    private HostedLedger open(long ledgerId) throws StorageException {
        HostedLedger ledger = find(ledgerId, Unheard.CREATE);
        if (ledger == null) {
            throw new AssertionError("no ledger made ledger=" + ledgerId);
        }
        return ledger;
    }

    /** The ledger, null when this bookie provably never heard of it. */
    private @Nullable HostedLedger known(long ledgerId) throws StorageException {
        return find(ledgerId, Unheard.IGNORE);
    }

    private enum Unheard {
        CREATE,
        IGNORE
    }

    private @Nullable HostedLedger find(long ledgerId, Unheard unheard) throws StorageException {
        Stripe stripe = stripe(ledgerId);
        while (true) {
            HostedLedger present = stripe.get(ledgerId);
            if (present != null) {
                return present;
            }
            long removals = stripe.removals();
            LedgerRecord record = storage.ledger(ledgerId);
            if (record == null && unheard == Unheard.IGNORE) {
                return null;
            }
            HostedLedger loaded =
                    record == null ? HostedLedger.unheardOf(ledgerId, storage) : HostedLedger.stored(record, storage);
            HostedLedger winner = stripe.putIfNothingRemoved(loaded, removals);
            if (winner != null) {
                return winner;
            }
        }
    }

    private Stripe stripe(long ledgerId) {
        return stripes[(int) ((ledgerId * 0x9E3779B97F4A7C15L) >>> 58)];
    }

    /** A part of the table. Thread: safe, because all is done under its lock. */
    private static final class Stripe {
        private final int max;

        @GuardedBy("this")
        private final LongObjectHashMap<HostedLedger> ledgers = new LongObjectHashMap<>();

        @GuardedBy("this")
        private long removals;

        Stripe(int max) {
            this.max = max;
        }

        synchronized @Nullable HostedLedger get(long ledgerId) {
            return ledgers.get(ledgerId);
        }

        synchronized long removals() {
            return removals;
        }

        synchronized int size() {
            return ledgers.size();
        }

        synchronized @Nullable HostedLedger remove(long ledgerId) {
            removals++;
            return ledgers.remove(ledgerId);
        }

        /** The ledger now in the table; null when something was put away meanwhile, so that what was read may be old. */
        synchronized @Nullable HostedLedger putIfNothingRemoved(HostedLedger loaded, long removalsBefore) {
            HostedLedger present = ledgers.get(loaded.ledgerId());
            if (present != null) {
                return present;
            }
            if (removals != removalsBefore) {
                return null;
            }
            ledgers.put(loaded.ledgerId(), loaded);
            if (ledgers.size() > max) {
                putIdleAway(loaded);
            }
            return loaded;
        }

        /** Puts an eighth away, so that the walk over all is paid once for many. */
        @GuardedBy("this")
        private void putIdleAway(HostedLedger spared) {
            int target = max - max / 8;
            long[] candidates = new long[ledgers.size()];
            int n = 0;
            for (long id : ledgers.keySet()) {
                candidates[n++] = id;
            }
            // The first round clears marks of use, the second finds those that nobody used in between.
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < n && ledgers.size() > target; i++) {
                    HostedLedger ledger = ledgers.get(candidates[i]);
                    if (ledger != null && ledger != spared && ledger.retireIfIdle()) {
                        ledgers.remove(candidates[i]);
                        removals++;
                    }
                }
            }
        }
    }
}
