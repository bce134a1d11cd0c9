package io.dlog.bookie.testing;

import io.dlog.bookie.journal.WhenDurable;
import io.dlog.bookie.storage.LedgerRecord;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.bookie.storage.StorageException;
import io.dlog.protocol.MasterKey;
import io.dlog.testing.SimulatedRandomness;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A storage whose reads fail now and then, with one planted bug or none. Thread: owned by the simulation's thread. */
final class UnreliableStorage implements LedgerStorage {
    private final LedgerStorage storage;
    private final SimulatedRandomness random;
    private final BookieFlaw flaw;
    private int errorOneIn;

    UnreliableStorage(LedgerStorage storage, SimulatedRandomness random, BookieFlaw flaw) {
        this.storage = storage;
        this.random = random;
        this.flaw = flaw;
    }

    /** One read of the disk in so many fails; 0 none. */
    void readErrorOneIn(int n) {
        errorOneIn = n;
    }

    @Override
    public long logAdd(long ledgerId, long entryId, ByteBuf entry) {
        return storage.logAdd(ledgerId, entryId, entry);
    }

    @Override
    public long logMasterKey(long ledgerId, MasterKey key) {
        return storage.logMasterKey(ledgerId, key);
    }

    @Override
    public long logFence(long ledgerId) {
        return flaw == BookieFlaw.FENCE_NOT_LOGGED ? storage.position() : storage.logFence(ledgerId);
    }

    @Override
    public long logExplicitLac(long ledgerId, ByteBuf body) {
        return storage.logExplicitLac(ledgerId, body);
    }

    @Override
    public long position() {
        return storage.position();
    }

    @Override
    public void whenDurable(long position, WhenDurable callback) {
        if (flaw == BookieFlaw.ANSWERS_BEFORE_DURABLE) {
            callback.onDurable();
            storage.whenDurable(position, new Forgotten());
        } else if (flaw == BookieFlaw.JOURNAL_FAILURE_IGNORED) {
            storage.whenDurable(position, new Optimist(callback));
        } else {
            storage.whenDurable(position, callback);
        }
    }

    @Override
    public void whenWritable(Runnable callback) {
        storage.whenWritable(callback);
    }

    @Override
    public @Nullable LedgerRecord ledger(long ledgerId) throws StorageException {
        failSometimes(ledgerId);
        return storage.ledger(ledgerId);
    }

    @Override
    public @Nullable ByteBuf readFromMemory(long ledgerId, long entryId) {
        return storage.readFromMemory(ledgerId, entryId);
    }

    @Override
    public @Nullable ByteBuf read(long ledgerId, long entryId) throws StorageException {
        if (flaw == BookieFlaw.ERROR_READS_AS_NO_ENTRY) {
            return random.oneIn(errorOneIn) ? null : storage.read(ledgerId, entryId);
        }
        failSometimes(ledgerId);
        return storage.read(ledgerId, entryId);
    }

    @Override
    public long lastEntryId(long ledgerId) throws StorageException {
        failSometimes(ledgerId);
        return storage.lastEntryId(ledgerId);
    }

    @Override
    public long[] entryIds(long ledgerId) throws StorageException {
        failSometimes(ledgerId);
        return storage.entryIds(ledgerId);
    }

    private void failSometimes(long ledgerId) throws StorageException {
        if (random.oneIn(errorOneIn)) {
            throw new StorageException("injected error ledger=" + ledgerId);
        }
    }

    /** Thread: immutable. */
    private static final class Forgotten implements WhenDurable {
        @Override
        public void onDurable() {
            // Told already.
        }

        @Override
        public void onJournalFailed() {
            // Told otherwise already: the flaw.
        }
    }

    /** Thread: immutable. */
    private record Optimist(WhenDurable callback) implements WhenDurable {
        @Override
        public void onDurable() {
            callback.onDurable();
        }

        @Override
        public void onJournalFailed() {
            callback.onDurable();
        }
    }
}
