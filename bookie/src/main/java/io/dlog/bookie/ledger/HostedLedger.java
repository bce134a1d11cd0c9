package io.dlog.bookie.ledger;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.storage.LedgerRecord;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One ledger that somebody writes, reads or waits for: its key, its fence, what is known of its LAC.
 *
 * <p>An add climbs the guard ladder; the first rung that does not hold is the answer:
 *
 * <pre>
 *   entry id not negative → bookie takes adds → key matches → not fenced, or a recovery add → stored
 * </pre>
 *
 * <p>Fence and add of one ledger are strictly ordered: an add that found no fence has its place in the journal before the
 * fence has. So whoever sees the fence durable sees every add that was let through, and no later add is.
 *
 * <p>Invariants: the LAC never goes back; a fence is never lifted; the key never changes.
 *
 * <p>Thread: safe, because state and the journal's order are decided under one private lock, held over a copy into the log
 * buffer and never over I/O or a callback.
 */
final class HostedLedger {
    /** The last entry has not been looked up yet. */
    static final long UNKNOWN_ENTRY = -2;

    /** Entry header: ledger id, entry id, LAC. */
    private static final int LAC_OFFSET = 16;

    private static final int HEADER_BYTES = 32;

    private final Object lock = new Object();
    private final long ledgerId;
    private final LedgerStorage storage;

    @GuardedBy("lock")
    private @Nullable MasterKey masterKey;

    @GuardedBy("lock")
    private boolean isFenced;

    /** Where the fence lies in the journal; a fence is answered once this is durable. */
    @GuardedBy("lock")
    private long fencePosition;

    @GuardedBy("lock")
    private boolean isRetired;

    @GuardedBy("lock")
    private final List<Waiting> waiting = new ArrayList<>(0);

    @GuardedBy("lock")
    private byte @Nullable [] explicitLac;

    @GuardedBy("lock")
    private long explicitLacValue;

    private volatile long lastAddConfirmed;
    private volatile long lastEntryId;

    /** Highest entry id added here, also while {@link #lastEntryId} is looked up and may miss it. */
    @GuardedBy("lock")
    private long highestAdded = -1;

    /** Set by each use, cleared by the search for something to put away. */
    private volatile boolean isTouched = true;

    private record Waiting(long previousLac, LacWatcher watcher) {}

    /** A ledger that this bookie provably never heard of. */
    static HostedLedger unheardOf(long ledgerId, LedgerStorage storage) {
        return new HostedLedger(ledgerId, storage, null, -1);
    }

    /** A ledger as the storage keeps it. */
    static HostedLedger stored(LedgerRecord record, LedgerStorage storage) {
        return new HostedLedger(record.ledgerId(), storage, record, UNKNOWN_ENTRY);
    }

    private HostedLedger(long ledgerId, LedgerStorage storage, @Nullable LedgerRecord record, long lastEntryId) {
        this.ledgerId = ledgerId;
        this.storage = storage;
        this.lastEntryId = lastEntryId;
        this.lastAddConfirmed = record == null ? -1 : record.lastAddConfirmed();
        this.masterKey = record == null ? null : record.masterKey();
        this.isFenced = record != null && record.isFenced();
        this.explicitLac = record == null ? null : record.explicitLac();
        this.explicitLacValue = explicitLac == null ? -1 : lacIn(explicitLac);
        // The storage may know of a fence that is not durable yet, so a fence found there waits for all that was
        // logged.
        this.fencePosition = isFenced ? storage.position() : 0;
    }

    long ledgerId() {
        return ledgerId;
    }

    /** Highest LAC that an entry or an explicit LAC named, -1 when none. */
    long lastAddConfirmed() {
        return lastAddConfirmed;
    }

    /** Highest entry id held, -1 when none, {@link #UNKNOWN_ENTRY} when nobody looked. */
    long lastEntryId() {
        return lastEntryId;
    }

    /** Takes in what the storage says is the last entry; adds in the meantime count too. */
    void foundLastEntry(long found) {
        synchronized (lock) {
            lastEntryId = Math.max(highestAdded, Math.max(lastEntryId, found));
        }
    }

    byte @Nullable [] explicitLac() {
        synchronized (lock) {
            return explicitLac;
        }
    }

    /** Borrows {@code entry}. Position or code, see {@link AddOutcome}. */
    long add(long entryId, MasterKey key, ByteBuf entry, AddKind kind, Admission admission) {
        touch();
        if (entryId < 0) {
            return AddOutcome.NEGATIVE_ENTRY_ID.code();
        }
        if (admission == Admission.NONE || (admission == Admission.HIGH_PRIORITY && !kind.isHighPriority())) {
            return AddOutcome.READ_ONLY.code();
        }
        long position;
        long lac = entry.readableBytes() >= HEADER_BYTES ? entry.getLong(entry.readerIndex() + LAC_OFFSET) : -1;
        List<LacWatcher> satisfied;
        synchronized (lock) {
            if (isRetired) {
                return AddOutcome.RETIRED.code();
            }
            if (masterKey != null && !masterKey.equals(key)) {
                return AddOutcome.WRONG_KEY.code();
            }
            if (isFenced && !kind.isRecovery()) {
                return AddOutcome.FENCED.code();
            }
            long keyPosition = adoptKey(key);
            if (keyPosition < 0) {
                return keyPosition;
            }
            position = storage.logAdd(ledgerId, entryId, entry);
            if (position < 0) {
                return position;
            }
            highestAdded = Math.max(highestAdded, entryId);
            if (lastEntryId != UNKNOWN_ENTRY) {
                lastEntryId = Math.max(lastEntryId, entryId);
            }
            satisfied = advanceLac(lac);
        }
        if (satisfied != null) {
            satisfied.forEach(w -> w.onLac(lac));
        }
        return position;
    }

    /** Position behind the fence, or a code. */
    long fence(MasterKey key) {
        touch();
        synchronized (lock) {
            if (isRetired) {
                return AddOutcome.RETIRED.code();
            }
            if (masterKey != null && !masterKey.equals(key)) {
                return AddOutcome.WRONG_KEY.code();
            }
            long keyPosition = adoptKey(key);
            if (keyPosition < 0) {
                return keyPosition;
            }
            if (!isFenced) {
                long position = storage.logFence(ledgerId);
                if (position < 0) {
                    return position;
                }
                fencePosition = position;
                isFenced = true;
            }
            return fencePosition;
        }
    }

    /** Keeps an explicit LAC (borrows {@code body}); one that is older than the last is acknowledged and forgotten. */
    long writeLac(MasterKey key, ByteBuf body) {
        touch();
        byte[] copy = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), copy);
        long lac = lacIn(copy);
        long position;
        List<LacWatcher> satisfied;
        synchronized (lock) {
            if (isRetired) {
                return AddOutcome.RETIRED.code();
            }
            if (masterKey != null && !masterKey.equals(key)) {
                return AddOutcome.WRONG_KEY.code();
            }
            long keyPosition = adoptKey(key);
            if (keyPosition < 0) {
                return keyPosition;
            }
            if (explicitLac != null && lac < explicitLacValue) {
                return storage.position();
            }
            position = storage.logExplicitLac(ledgerId, body);
            if (position < 0) {
                return position;
            }
            explicitLac = copy;
            explicitLacValue = lac;
            satisfied = advanceLac(lac);
        }
        if (satisfied != null) {
            satisfied.forEach(w -> w.onLac(lac));
        }
        return position;
    }

    /**
     * Waits for a LAC above {@code previousLac}. When there is one already, returns it and forgets the watcher; else
     * {@code previousLac}, or {@link AddOutcome#RETIRED}'s code, which no LAC can be.
     */
    long watch(long previousLac, LacWatcher watcher) {
        touch();
        synchronized (lock) {
            if (isRetired) {
                return AddOutcome.RETIRED.code();
            }
            if (lastAddConfirmed > previousLac) {
                return lastAddConfirmed;
            }
            waiting.add(new Waiting(previousLac, watcher));
            return previousLac;
        }
    }

    void unwatch(LacWatcher watcher) {
        synchronized (lock) {
            waiting.removeIf(w -> w.watcher() == watcher);
        }
    }

    /** Puts the ledger away if nobody waits and nobody used it since the last try. */
    boolean retireIfIdle() {
        if (isTouched) {
            isTouched = false;
            return false;
        }
        synchronized (lock) {
            if (!waiting.isEmpty()) {
                return false;
            }
            isRetired = true;
            return true;
        }
    }

    /** Puts the ledger away because it was deleted; whoever waits is told. */
    void delete() {
        List<Waiting> told;
        synchronized (lock) {
            isRetired = true;
            told = List.copyOf(waiting);
            waiting.clear();
        }
        told.forEach(w -> w.watcher().onDeleted());
    }

    void touch() {
        if (!isTouched) {
            isTouched = true;
        }
    }

    /** The first key presented is the ledger's, and is in the journal before its first entry. */
    @GuardedBy("lock")
    private long adoptKey(MasterKey key) {
        if (masterKey != null) {
            return 0;
        }
        long position = storage.logMasterKey(ledgerId, key);
        if (position >= 0) {
            masterKey = key;
        }
        return position;
    }

    /** Null when nobody waited for it, which is the common case. */
    @GuardedBy("lock")
    private @Nullable List<LacWatcher> advanceLac(long lac) {
        if (lac <= lastAddConfirmed) {
            return null;
        }
        lastAddConfirmed = lac;
        if (waiting.isEmpty()) {
            return null;
        }
        List<LacWatcher> satisfied = new ArrayList<>();
        for (Iterator<Waiting> i = waiting.iterator(); i.hasNext(); ) {
            Waiting w = i.next();
            if (lac > w.previousLac()) {
                i.remove();
                satisfied.add(w.watcher());
            }
        }
        return satisfied;
    }

    /** An explicit LAC is ledger id, LAC, digest. */
    private static long lacIn(byte[] explicitLac) {
        long lac = 0;
        for (int i = 8; i < 16; i++) {
            lac = lac << 8 | (explicitLac[i] & 0xff);
        }
        return lac;
    }
}
