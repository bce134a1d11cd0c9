package io.dlog.bookie.storage;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.entrylog.EntryLocation;
import io.dlog.bookie.entrylog.EntryLogWriter;
import io.dlog.bookie.entrylog.EntryLogs;
import io.dlog.bookie.entrylog.LedgerFootprint;
import io.dlog.bookie.index.EntryLocationIndex;
import io.dlog.bookie.index.IndexBatch;
import io.dlog.bookie.index.IndexStore;
import io.dlog.bookie.index.IndexedLedger;
import io.dlog.bookie.index.LedgerIndex;
import io.dlog.bookie.index.LogIndex;
import io.dlog.bookie.index.LogIndex.IndexedLog;
import io.dlog.bookie.index.LogIndex.LogState;
import io.dlog.bookie.index.StorageMeta;
import io.dlog.bookie.journal.Generation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ledger directory: its entry logs and the index of what is in them.
 *
 * <p>Thread: reads are safe; flushing and closing are owned by the flush lane (before it runs: by the thread that starts).
 */
final class LedgerDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerDirectory.class);

    private final FileSystem files;
    private final Path path;
    private final IndexStore store;
    private final EntryLocationIndex locations;
    private final LedgerIndex ledgers;
    private final LogIndex logs;
    private final EntryLogs entryLogs;
    private final long entryLogBytes;

    private long instanceId;
    private long nextLogId;
    private @Nullable EntryLogWriter writer;
    private Map<Long, Long> bytesByLedger = new TreeMap<>();

    LedgerDirectory(FileSystem files, Path path, IndexStore store, long entryLogBytes) throws IOException {
        this.files = files;
        this.path = path;
        this.store = store;
        this.locations = new EntryLocationIndex(store);
        this.ledgers = new LedgerIndex(store);
        this.logs = new LogIndex(store);
        this.entryLogs = new EntryLogs(files, path);
        this.entryLogBytes = entryLogBytes;
        this.nextLogId = entryLogs.lastLogId() + 1;
        logs.forEach((logId, log) -> nextLogId = Math.max(nextLogId, logId + 1));
    }

    Path path() {
        return path;
    }

    @Nullable
    StorageMeta meta() throws IOException {
        return StorageMeta.read(store);
    }

    /** Makes the directory part of the storage. */
    void begin(StorageMeta meta) throws IOException {
        instanceId = meta.instanceId();
        if (meta() == null) {
            IndexBatch batch = new IndexBatch();
            meta.put(batch);
            store.write(batch);
            LOG.info("ledger directory formatted directory={} checkpoint={}", path, meta.checkpoint());
        }
    }

    /** What is kept about a ledger, null when this directory has nothing of it. */
    @Nullable
    LedgerState find(long ledgerId) throws IOException {
        IndexedLedger ledger = ledgers.find(ledgerId);
        return ledger == null ? null : LedgerState.of(ledger);
    }

    /** An entry, null when it is not here. */
    @Nullable
    ByteBuf read(long ledgerId, long entryId, ByteBufAllocator allocator) throws IOException {
        EntryLocation location = locations.find(ledgerId, entryId);
        if (location == null) {
            return null;
        }
        int bytes = location.recordBytes();
        ByteBuf entry = allocator.directBuffer(bytes, bytes);
        boolean isRead = false;
        try {
            entryLogs.read(ledgerId, location, entry.internalNioBuffer(0, bytes));
            entry.setIndex(bytes - location.bytes(), bytes);
            isRead = true;
            return entry;
        } finally {
            if (!isRead) {
                entry.release();
            }
        }
    }

    long lastEntryId(long ledgerId) throws IOException {
        return locations.lastEntryId(ledgerId);
    }

    long[] entryIds(long ledgerId) throws IOException {
        return locations.entryIds(ledgerId);
    }

    /**
     * Writes the tables' entries to the current log and then, in one batch, their locations and states, the log's record and
     * the checkpoint.
     *
     * @param tables ascending by ledger
     */
    void flush(Generation<LedgerTables> generation, List<LedgerTable> tables) throws IOException {
        IndexBatch batch = new IndexBatch();
        if (!tables.isEmpty()) {
            List<LedgerFootprint> footprints = new ArrayList<>();
            for (LedgerTable table : tables) {
                LedgerState before = find(table.ledgerId());
                IndexedLedger now = (before == null ? LedgerState.EMPTY : before)
                        .and(table.state())
                        .toIndexed();
                ledgers.put(batch, table.ledgerId(), now);
                footprints.add(new LedgerFootprint(
                        table.ledgerId(), now.isFenced(), now.lastAddConfirmed(), now.masterKey(), now.explicitLac()));
            }
            EntryLogWriter log = writer();
            FlushedEntries flushed = new FlushedEntries(log, locations, batch, bytesByLedger);
            for (LedgerTable table : tables) {
                flushed.add(generation, table);
            }
            flushed.end();
            long bytes = log.endFlush(footprints);
            LogState state = bytes >= entryLogBytes ? LogState.SEALED : LogState.OPEN;
            if (state == LogState.SEALED) {
                bytes = seal(log);
            }
            logs.put(batch, log.logId(), new IndexedLog(state, bytes, bytesByLedger));
            if (state == LogState.SEALED) {
                bytesByLedger = new TreeMap<>();
            }
        }
        new StorageMeta(instanceId, generation.end()).put(batch);
        store.write(batch);
        locations.changed();
    }

    /** Seals the current log, after the last flush. */
    void sealCurrentLog() throws IOException {
        EntryLogWriter log = writer;
        if (log != null) {
            IndexBatch batch = new IndexBatch();
            logs.put(batch, log.logId(), new IndexedLog(LogState.SEALED, seal(log), bytesByLedger));
            store.write(batch);
        }
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
        entryLogs.close();
        store.close();
    }

    private long seal(EntryLogWriter log) throws IOException {
        long bytes = log.seal(bytesByLedger);
        log.close();
        writer = null;
        return bytes;
    }

    private EntryLogWriter writer() throws IOException {
        EntryLogWriter log = writer;
        if (log == null) {
            log = EntryLogWriter.create(files, path, nextLogId++, instanceId);
            writer = log;
        }
        return log;
    }
}
