package io.dlog.bookie.storage;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From entry id to an int, for the entries of one ledger and generation: pages of 64 neighbours in an open-addressed table,
 * so that a dense ledger costs four bytes an entry and a lone entry one page.
 *
 * <p>Thread: owned by whoever holds the lock of its {@link LedgerTable}.
 */
final class EntryTable {
    /** Answer for an entry that is not here. */
    static final int ABSENT = 0;

    private static final int PAGE_BITS = 6;
    private static final int PAGE_ENTRIES = 1 << PAGE_BITS;

    /** Entry id / 64 + 1, 0 where the slot is free. */
    private long[] keys = new long[4];

    private int[] @Nullable [] pages = new int[4] @Nullable [];
    private int pageCount;
    private long recentKey;
    private int[] recentPage = {};
    private int count;
    private long last = -1;

    /** Entries here. */
    int count() {
        return count;
    }

    /** Pages taken. */
    int pages() {
        return pageCount;
    }

    /** Highest entry id, -1 when there is none. */
    long last() {
        return last;
    }

    /** Sets the value of an entry, which is not {@link #ABSENT}. */
    void put(long entryId, int value) {
        int[] page = page((entryId >>> PAGE_BITS) + 1, true);
        int slot = (int) entryId & (PAGE_ENTRIES - 1);
        if (page[slot] == ABSENT) {
            count++;
            last = Math.max(last, entryId);
        }
        page[slot] = value;
    }

    int get(long entryId) {
        int[] page = page((entryId >>> PAGE_BITS) + 1, false);
        return page.length == 0 ? ABSENT : page[(int) entryId & (PAGE_ENTRIES - 1)];
    }

    /** All entry ids, ascending. */
    long[] ids() {
        long[] sortedKeys = new long[pageCount];
        int n = 0;
        for (long key : keys) {
            if (key != 0) {
                sortedKeys[n++] = key;
            }
        }
        Arrays.sort(sortedKeys);
        long[] ids = new long[count];
        n = 0;
        for (long key : sortedKeys) {
            int[] page = page(key, false);
            for (int slot = 0; slot < PAGE_ENTRIES; slot++) {
                if (page[slot] != ABSENT) {
                    ids[n++] = ((key - 1) << PAGE_BITS) + slot;
                }
            }
        }
        return ids;
    }

    /** The page; when there is none, a new one or an empty array. */
    private int[] page(long key, boolean isMade) {
        if (key == recentKey) {
            return recentPage;
        }
        int slot = slot(keys, key);
        int[] page = pages[slot];
        if (page == null) {
            if (!isMade) {
                return new int[0];
            }
            page = new int[PAGE_ENTRIES];
            keys[slot] = key;
            pages[slot] = page;
            if (++pageCount * 2 > keys.length) {
                grow();
            }
        }
        recentKey = key;
        recentPage = page;
        return page;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] @Nullable [] oldPages = pages;
        keys = new long[2 * oldKeys.length];
        pages = new int[2 * oldKeys.length] @Nullable [];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slot(keys, oldKeys[i]);
                keys[slot] = oldKeys[i];
                pages[slot] = oldPages[i];
            }
        }
    }

    private static int slot(long[] keys, long key) {
        int mask = keys.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 40) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
