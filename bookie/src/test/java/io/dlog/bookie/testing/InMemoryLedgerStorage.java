package io.dlog.bookie.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.journal.WhenDurable;
import io.dlog.bookie.storage.LedgerRecord;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.bookie.storage.StorageException;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A storage that forgets everything at the end, whose disk a test holds in its hand: durable at once or on command, full,
 * failing, or so slow that nothing is in memory.
 *
 * <p>Thread: safe, because all is done under one lock; callbacks run outside it on the thread that causes them.
 */
public final class InMemoryLedgerStorage implements LedgerStorage {
    private static final int LAC_OFFSET = 16;

    @GuardedBy("this")
    private final Map<Long, Ledger> ledgers = new HashMap<>();

    @GuardedBy("this")
    private final List<Waiting> waiting = new ArrayList<>();

    @GuardedBy("this")
    private final List<Runnable> waitingForSpace = new ArrayList<>();

    @GuardedBy("this")
    private long position;

    @GuardedBy("this")
    private long durable;

    @GuardedBy("this")
    private boolean isManual;

    @GuardedBy("this")
    private boolean isFull;

    @GuardedBy("this")
    private boolean isFailed;

    @GuardedBy("this")
    private boolean isOnDiskOnly;

    @GuardedBy("this")
    private boolean isUnreadable;

    @GuardedBy("this")
    private boolean isBroken;

    private record Waiting(long position, WhenDurable callback) {}

    private static final class Ledger {
        private @Nullable MasterKey key;
        private boolean isFenced;
        private byte @Nullable [] explicitLac;
        private long lac = -1;
        private final NavigableMap<Long, byte[]> entries = new TreeMap<>();
    }

    /** From now on nothing becomes durable before {@link #sync}. */
    public synchronized void syncOnCommandOnly() {
        isManual = true;
    }

    /** Makes everything logged so far durable. */
    public void sync() {
        List<WhenDurable> done;
        synchronized (this) {
            durable = position;
            done = takeWaiting();
        }
        done.forEach(WhenDurable::onDurable);
    }

    /** The journal breaks: nothing will be durable again. */
    public void fail() {
        List<WhenDurable> failed;
        synchronized (this) {
            isFailed = true;
            failed = new ArrayList<>();
            waiting.forEach(w -> failed.add(w.callback()));
            waiting.clear();
        }
        failed.forEach(WhenDurable::onJournalFailed);
    }

    /** Every add meets a bug. */
    public synchronized void breakAdds() {
        isBroken = true;
    }

    /** The log buffer is full until {@link #drain}. */
    public synchronized void fill() {
        isFull = true;
    }

    public void drain() {
        List<Runnable> resumed;
        synchronized (this) {
            isFull = false;
            resumed = List.copyOf(waitingForSpace);
            waitingForSpace.clear();
        }
        resumed.forEach(Runnable::run);
    }

    /** Nothing is in memory any more: reads must go to the disk. */
    public synchronized void evictFromMemory() {
        isOnDiskOnly = true;
    }

    /** Every read of the disk fails. */
    public synchronized void makeUnreadable() {
        isOnDiskOnly = true;
        isUnreadable = true;
    }

    /** How many callbacks wait for durability. */
    public synchronized int waitingForDurability() {
        return waiting.size();
    }

    @Override
    public synchronized long logAdd(long ledgerId, long entryId, ByteBuf entry) {
        if (isFailed || isFull) {
            return isFailed ? FAILED : BUSY;
        }
        if (isBroken) {
            throw new IllegalStateException("broken on command ledger=" + ledgerId + " entry=" + entryId);
        }
        byte[] bytes = new byte[entry.readableBytes()];
        entry.getBytes(entry.readerIndex(), bytes);
        Ledger ledger = ledgerOf(ledgerId);
        ledger.entries.put(entryId, bytes);
        ledger.lac = Math.max(ledger.lac, entry.getLong(entry.readerIndex() + LAC_OFFSET));
        return advance(bytes.length);
    }

    @Override
    public synchronized long logMasterKey(long ledgerId, MasterKey key) {
        if (isFailed || isFull) {
            return isFailed ? FAILED : BUSY;
        }
        ledgerOf(ledgerId).key = key;
        return advance(key.length());
    }

    @Override
    public synchronized long logFence(long ledgerId) {
        if (isFailed || isFull) {
            return isFailed ? FAILED : BUSY;
        }
        ledgerOf(ledgerId).isFenced = true;
        return advance(1);
    }

    @Override
    public synchronized long logExplicitLac(long ledgerId, ByteBuf body) {
        if (isFailed || isFull) {
            return isFailed ? FAILED : BUSY;
        }
        byte[] bytes = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), bytes);
        Ledger ledger = ledgerOf(ledgerId);
        ledger.explicitLac = bytes;
        ledger.lac = Math.max(ledger.lac, body.getLong(body.readerIndex() + 8));
        return advance(bytes.length);
    }

    @Override
    public synchronized long position() {
        return position;
    }

    @Override
    public void whenDurable(long upTo, WhenDurable callback) {
        boolean failed;
        synchronized (this) {
            failed = isFailed && upTo > durable;
            if (!failed && upTo > durable) {
                waiting.add(new Waiting(upTo, callback));
                return;
            }
        }
        if (failed) {
            callback.onJournalFailed();
        } else {
            callback.onDurable();
        }
    }

    @Override
    public void whenWritable(Runnable callback) {
        synchronized (this) {
            if (isFull) {
                waitingForSpace.add(callback);
                return;
            }
        }
        callback.run();
    }

    @Override
    public synchronized @Nullable LedgerRecord ledger(long ledgerId) throws StorageException {
        if (isUnreadable) {
            throw new StorageException("unreadable on command ledger=" + ledgerId);
        }
        Ledger l = ledgers.get(ledgerId);
        return l == null ? null : new LedgerRecord(ledgerId, l.key, l.isFenced, l.explicitLac, l.lac);
    }

    @Override
    public synchronized @Nullable ByteBuf readFromMemory(long ledgerId, long entryId) {
        return isOnDiskOnly ? null : entry(ledgerId, entryId);
    }

    @Override
    public synchronized @Nullable ByteBuf read(long ledgerId, long entryId) throws StorageException {
        if (isUnreadable) {
            throw new StorageException("unreadable on command ledger=" + ledgerId + " entry=" + entryId);
        }
        return entry(ledgerId, entryId);
    }

    @Override
    public synchronized long lastEntryId(long ledgerId) {
        Ledger l = ledgers.get(ledgerId);
        return l == null || l.entries.isEmpty() ? -1 : l.entries.lastKey();
    }

    @Override
    public synchronized long[] entryIds(long ledgerId) {
        Ledger l = ledgers.get(ledgerId);
        return l == null
                ? new long[0]
                : l.entries.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    @GuardedBy("this")
    private @Nullable ByteBuf entry(long ledgerId, long entryId) {
        Ledger l = ledgers.get(ledgerId);
        byte[] bytes = l == null ? null : l.entries.get(entryId);
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    @GuardedBy("this")
    private Ledger ledgerOf(long ledgerId) {
        return ledgers.computeIfAbsent(ledgerId, id -> new Ledger());
    }

    @GuardedBy("this")
    private long advance(long bytes) {
        position += bytes;
        if (!isManual) {
            durable = position;
        }
        return position;
    }

    @GuardedBy("this")
    private List<WhenDurable> takeWaiting() {
        List<WhenDurable> done = new ArrayList<>();
        waiting.forEach(w -> done.add(w.callback()));
        waiting.clear();
        return done;
    }
}
