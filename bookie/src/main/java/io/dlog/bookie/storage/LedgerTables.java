package io.dlog.bookie.storage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The ledgers of one generation.
 *
 * <p>Thread: safe, because slots are set once, under a leaf lock, and read with volatile semantics; a grown table replaces
 * the old one whole.
 */
final class LedgerTables {
    private final AtomicInteger weight = new AtomicInteger();
    private final AtomicBoolean isOverweight = new AtomicBoolean();
    private final Object lock = new Object();
    private volatile AtomicReferenceArray<@Nullable LedgerTable> slots = new AtomicReferenceArray<>(64);

    @GuardedBy("lock")
    private int count;

    /** The ledger's table, null when it has none. */
    @Nullable
    LedgerTable find(long ledgerId) {
        AtomicReferenceArray<@Nullable LedgerTable> table = slots;
        int mask = table.length() - 1;
        for (int slot = slot(ledgerId, mask); ; slot = (slot + 1) & mask) {
            LedgerTable ledger = table.get(slot);
            if (ledger == null || ledger.ledgerId() == ledgerId) {
                return ledger;
            }
        }
    }

    /** The ledger's table, made when missing. */
    LedgerTable findOrAdd(long ledgerId) {
        LedgerTable found = find(ledgerId);
        return found != null ? found : add(ledgerId);
    }

    /** Counts pages of memory; returns ledgers and pages so far, each a few hundred bytes of heap. */
    int grow(int pages) {
        return weight.addAndGet(pages);
    }

    /** True for the first caller only: whoever finds the tables too heavy has them flushed. */
    boolean takeOverweight() {
        return isOverweight.compareAndSet(false, true);
    }

    /** All ledgers, ascending by id. */
    List<LedgerTable> sorted() {
        List<LedgerTable> all = new ArrayList<>();
        AtomicReferenceArray<@Nullable LedgerTable> table = slots;
        for (int i = 0; i < table.length(); i++) {
            LedgerTable ledger = table.get(i);
            if (ledger != null) {
                all.add(ledger);
            }
        }
        all.sort(Comparator.comparingLong(LedgerTable::ledgerId));
        return all;
    }

    private LedgerTable add(long ledgerId) {
        synchronized (lock) {
            LedgerTable found = find(ledgerId);
            if (found != null) {
                return found;
            }
            LedgerTable made = new LedgerTable(ledgerId);
            if (2 * (count + 1) > slots.length()) {
                AtomicReferenceArray<@Nullable LedgerTable> grown = new AtomicReferenceArray<>(2 * slots.length());
                for (int i = 0; i < slots.length(); i++) {
                    LedgerTable ledger = slots.get(i);
                    if (ledger != null) {
                        insert(grown, ledger);
                    }
                }
                insert(grown, made);
                slots = grown;
            } else {
                insert(slots, made);
            }
            count++;
            weight.incrementAndGet();
            return made;
        }
    }

    private static void insert(AtomicReferenceArray<@Nullable LedgerTable> table, LedgerTable ledger) {
        int mask = table.length() - 1;
        int slot = slot(ledger.ledgerId(), mask);
        while (table.get(slot) != null) {
            slot = (slot + 1) & mask;
        }
        table.set(slot, ledger);
    }

    private static int slot(long ledgerId, int mask) {
        return (int) ((ledgerId * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    }
}
