package io.dlog.bookie.testing;

import io.dlog.bookie.storage.LedgerRecord;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.bookie.storage.StorageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one bookie was sent and what it answered, against which its disk is held.
 *
 * <p>Thread: owned by the simulation's thread.
 */
final class Promises {
    private final Map<Key, Entry> entries = new TreeMap<>();
    private final Set<Long> ledgers = new TreeSet<>();
    private final Set<Long> fenced = new TreeSet<>();

    record Key(long ledgerId, long entryId) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byLedger = Long.compare(ledgerId, other.ledgerId);
            return byLedger != 0 ? byLedger : Long.compare(entryId, other.entryId);
        }
    }

    /** Thread: owned by the simulation's thread. */
    private static final class Entry {
        final List<byte[]> sent = new ArrayList<>();
        boolean isAcknowledged;
    }

    /** An add came in. Recovery sends entries again, with other headers; which one is stored last nobody promised. */
    void sent(long ledgerId, long entryId, byte[] bytes) {
        ledgers.add(ledgerId);
        entries.computeIfAbsent(new Key(ledgerId, entryId), key -> new Entry())
                .sent
                .add(bytes);
    }

    /** Success went out. */
    void acknowledged(long ledgerId, long entryId) {
        Entry entry = entries.get(new Key(ledgerId, entryId));
        if (entry == null) {
            throw new AssertionError("acknowledged an add that nobody sent ledger=" + ledgerId + " entry=" + entryId);
        }
        entry.isAcknowledged = true;
    }

    /** The answer to a fencing read went out. */
    void fenced(long ledgerId) {
        ledgers.add(ledgerId);
        fenced.add(ledgerId);
    }

    /** Whether an add of the entry ever came in. */
    boolean wasSent(long ledgerId, long entryId) {
        return entries.containsKey(new Key(ledgerId, entryId));
    }

    /** Reads all that a storage holds, and fails when something promised is not there or something else is. */
    Map<Key, byte[]> checkAgainst(LedgerStorage storage, String who) {
        Map<Key, byte[]> held = new TreeMap<>();
        try {
            for (long ledgerId : ledgers) {
                for (long entryId : storage.entryIds(ledgerId)) {
                    held.put(new Key(ledgerId, entryId), bytes(storage.read(ledgerId, entryId), entryId, who));
                }
                LedgerRecord record = storage.ledger(ledgerId);
                check(
                        !fenced.contains(ledgerId) || (record != null && record.isFenced()),
                        who + " forgot the fence of ledger " + ledgerId);
            }
        } catch (StorageException e) {
            throw new AssertionError(who + " can't read what it holds", e);
        }
        entries.forEach((key, entry) -> checkEntry(who, key, entry, held.get(key)));
        for (Key key : held.keySet()) {
            check(entries.containsKey(key), who + " holds an entry that nobody sent: " + key);
        }
        return held;
    }

    private static void checkEntry(String who, Key key, Entry entry, byte @Nullable [] bytes) {
        if (bytes == null) {
            check(!entry.isAcknowledged, who + " lost an entry that it acknowledged: " + key);
            return;
        }
        check(
                entry.sent.stream().anyMatch(sent -> Arrays.equals(sent, bytes)),
                who + " holds other bytes than it was sent: " + key);
    }

    private static byte[] bytes(@Nullable ByteBuf entry, long entryId, String who) {
        if (entry == null) {
            throw new AssertionError(who + " lists entry " + entryId + " and does not find it");
        }
        byte[] bytes = ByteBufUtil.getBytes(entry);
        entry.release();
        return bytes;
    }

    private static void check(boolean holds, String violation) {
        if (!holds) {
            throw new AssertionError(violation);
        }
    }
}
