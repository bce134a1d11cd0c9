package io.dlog.bookie.index;

import io.dlog.bookie.entrylog.EntryLocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * From ledger and entry id to the place on disk; see {@link RunFormat}.
 *
 * <p>Thread: reads are safe; batches are built by the flush lane.
 */
public final class EntryLocationIndex {
    /** {@link #lastEntryId} of a ledger without entries. */
    public static final long NO_ENTRY = -1;

    /** Runs kept in memory; each takes well under a kilobyte. */
    private static final int RECENT_RUNS = 256;

    private final IndexStore store;
    private final AtomicLong version = new AtomicLong();
    private final AtomicReferenceArray<@Nullable Recent> recent = new AtomicReferenceArray<>(RECENT_RUNS);

    /**
     * A run that was read lately, so that a scan asks the store once a run. Used only while the index is at the version it had
     * before the run was read. Thread: immutable.
     */
    private record Recent(long version, long ledgerId, long firstEntryId, long lastEntryId, IndexStore.Row row) {
        boolean covers(long atVersion, long ledger, long entryId) {
            return version == atVersion && ledgerId == ledger && entryId >= firstEntryId && entryId <= lastEntryId;
        }
    }

    public EntryLocationIndex(IndexStore store) {
        this.store = store;
    }

    /** Where an entry lies, null when the index has none. */
    public @Nullable EntryLocation find(long ledgerId, long entryId) throws IOException {
        long now = version.get();
        int slot = slot(ledgerId, entryId);
        Recent known = recent.get(slot);
        if (known == null || !known.covers(now, ledgerId, entryId)) {
            IndexStore.Row row = store.floor(IndexTable.RUNS, RunFormat.key(ledgerId, entryId));
            if (row == null || RunFormat.ledgerId(row.key()) != ledgerId) {
                return null;
            }
            long first = RunFormat.firstEntryId(row.key());
            known = new Recent(now, ledgerId, first, RunFormat.lastEntryId(row.key(), row.value()), row);
            recent.set(slot, known);
        }
        IndexStore.Row row = known.row();
        return RunFormat.find(row.key(), row.value(), entryId);
    }

    /** A batch was written: what was read before may be old. Called by whoever wrote it, before anybody relies on it. */
    public void changed() {
        version.incrementAndGet();
    }

    private static int slot(long ledgerId, long entryId) {
        long hash = (ledgerId * 31 + entryId / RunFormat.ENTRIES_MAX) * 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 32) & (RECENT_RUNS - 1);
    }

    /** Highest entry id of a ledger. */
    public long lastEntryId(long ledgerId) throws IOException {
        IndexStore.Row row = store.floor(IndexTable.RUNS, RunFormat.key(ledgerId, Long.MAX_VALUE));
        if (row == null || RunFormat.ledgerId(row.key()) != ledgerId) {
            return NO_ENTRY;
        }
        return RunFormat.lastEntryId(row.key(), row.value());
    }

    /** All entry ids of a ledger, ascending. */
    public long[] entryIds(long ledgerId) throws IOException {
        Ids ids = new Ids();
        store.scan(IndexTable.RUNS, RunFormat.key(ledgerId, 0), (key, value) -> {
            if (RunFormat.ledgerId(key) != ledgerId) {
                return false;
            }
            for (EntryLocation entry : RunFormat.read(key, value)) {
                ids.add(entry.entryId());
            }
            return true;
        });
        return ids.toArray();
    }

    /**
     * Adds entries of one ledger, ascending by id, to a batch. Where they meet entries of older runs they win, and those runs
     * are written anew so that ranges stay apart.
     */
    public void put(IndexBatch batch, long ledgerId, List<EntryLocation> entries) throws IOException {
        if (entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).entryId();
        long last = entries.get(entries.size() - 1).entryId();
        List<byte[]> oldKeys = new ArrayList<>();
        Map<Long, EntryLocation> merged = new TreeMap<>();
        IndexStore.Row before = store.floor(IndexTable.RUNS, RunFormat.key(ledgerId, last));
        if (before != null && RunFormat.ledgerId(before.key()) == ledgerId) {
            collectOverlaps(ledgerId, first, last, oldKeys, merged);
        }
        if (oldKeys.isEmpty()) {
            putRuns(batch, ledgerId, entries);
            return;
        }
        for (byte[] key : oldKeys) {
            batch.delete(IndexTable.RUNS, key);
        }
        for (EntryLocation entry : entries) {
            merged.put(entry.entryId(), entry);
        }
        putRuns(batch, ledgerId, List.copyOf(merged.values()));
    }

    private void collectOverlaps(
            long ledgerId, long first, long last, List<byte[]> oldKeys, Map<Long, EntryLocation> merged)
            throws IOException {
        IndexStore.Row start = store.floor(IndexTable.RUNS, RunFormat.key(ledgerId, first));
        byte[] from = start != null && RunFormat.ledgerId(start.key()) == ledgerId
                ? start.key()
                : RunFormat.key(ledgerId, first);
        store.scan(IndexTable.RUNS, from, (key, value) -> {
            if (RunFormat.ledgerId(key) != ledgerId || RunFormat.firstEntryId(key) > last) {
                return false;
            }
            List<EntryLocation> run = RunFormat.read(key, value);
            if (run.get(run.size() - 1).entryId() >= first) {
                oldKeys.add(key);
                for (EntryLocation entry : run) {
                    merged.put(entry.entryId(), entry);
                }
            }
            return true;
        });
    }

    private static void putRuns(IndexBatch batch, long ledgerId, List<EntryLocation> entries) {
        int start = 0;
        for (int i = 1; i <= entries.size(); i++) {
            if (i == entries.size() || !RunFormat.continues(entries.get(i - 1), entries.get(i), i - start)) {
                List<EntryLocation> run = entries.subList(start, i);
                batch.put(IndexTable.RUNS, RunFormat.key(ledgerId, run.get(0).entryId()), RunFormat.write(run));
                start = i;
            }
        }
    }

    /** A growing array. Thread: owned by one reader. */
    private static final class Ids {
        private long[] ids = new long[64];
        private int count;

        void add(long id) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count++] = id;
        }

        long[] toArray() {
            return Arrays.copyOf(ids, count);
        }
    }
}
