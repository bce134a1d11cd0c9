package io.dlog.bookie.testing;

import io.dlog.bookie.index.IndexBatch;
import io.dlog.bookie.index.IndexStore;
import io.dlog.bookie.index.IndexTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An index store in memory on the power line of a {@link SimulatedFileSystem}: the batch during which the power goes is there
 * afterwards or is not, as a seed decides. Thread: safe, because of one lock.
 */
public final class SimulatedIndexStore implements IndexStore {
    private final SimulatedFileSystem power;
    private final Predicate<IndexBatch> isKeptInCrash;
    private final Map<IndexTable, NavigableMap<byte[], byte[]>> tables;

    /** All stores of a machine. Thread: owned by the test. */
    public static final class Disk {
        private final Map<Path, Map<IndexTable, NavigableMap<byte[], byte[]>>> stores = new HashMap<>();

        /** Opens stores whose writes count as operations of {@code files}. */
        public IndexStore.Factory on(SimulatedFileSystem files, Predicate<IndexBatch> isKeptInCrash) {
            return directory -> new SimulatedIndexStore(
                    files, isKeptInCrash, stores.computeIfAbsent(directory, unused -> newTables()));
        }

        /** What is on the disk now, as a disk of its own. */
        public Disk copy() {
            Disk copy = new Disk();
            stores.forEach((directory, tables) -> {
                Map<IndexTable, NavigableMap<byte[], byte[]>> copied = newTables();
                tables.forEach((table, rows) -> copied.computeIfPresent(table, (t, empty) -> new TreeMap<>(rows)));
                copy.stores.put(directory, copied);
            });
            return copy;
        }
    }

    private SimulatedIndexStore(
            SimulatedFileSystem power,
            Predicate<IndexBatch> isKeptInCrash,
            Map<IndexTable, NavigableMap<byte[], byte[]>> tables) {
        this.power = power;
        this.isKeptInCrash = isKeptInCrash;
        this.tables = tables;
    }

    private static Map<IndexTable, NavigableMap<byte[], byte[]>> newTables() {
        Map<IndexTable, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(IndexTable.class);
        for (IndexTable table : IndexTable.values()) {
            tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
        return tables;
    }

    @Override
    public synchronized byte @Nullable [] get(IndexTable table, byte[] key) {
        return table(table).get(key);
    }

    @Override
    public synchronized @Nullable Row floor(IndexTable table, byte[] key) {
        Map.Entry<byte[], byte[]> entry = table(table).floorEntry(key);
        return entry == null ? null : new Row(entry.getKey(), entry.getValue());
    }

    @Override
    public synchronized void scan(IndexTable table, byte[] from, Visitor visitor) throws IOException {
        for (Map.Entry<byte[], byte[]> entry : table(table).tailMap(from, true).entrySet()) {
            if (!visitor.visit(entry.getKey(), entry.getValue())) {
                return;
            }
        }
    }

    @Override
    public synchronized void write(IndexBatch batch) throws IOException {
        if (power.operate()) {
            if (isKeptInCrash.test(batch)) {
                apply(batch);
            }
            throw new IOException("power is lost");
        }
        apply(batch);
    }

    private void apply(IndexBatch batch) {
        for (IndexBatch.Change change : batch.changes()) {
            byte[] value = change.value();
            if (value == null) {
                table(change.table()).remove(change.key());
            } else {
                table(change.table()).put(change.key(), value);
            }
        }
    }

    private NavigableMap<byte[], byte[]> table(IndexTable table) {
        NavigableMap<byte[], byte[]> rows = tables.get(table);
        if (rows == null) {
            throw new AssertionError(table);
        }
        return rows;
    }

    @Override
    public void close() {
        // Nothing to give back; what was written stays on the simulated disk.
    }
}
