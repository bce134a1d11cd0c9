package io.dlog.bookie.index;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An index store in RocksDB, a column family for each table.
 *
 * <p>Thread: safe, because RocksDB is and closing waits for nobody: the owner closes it after its last reader.
 */
public final class RocksDbIndexStore implements IndexStore {
    /** Runs take about 2.5 bytes an entry, so 8 MiB hold three million entries before a flush. */
    private static final long WRITE_BUFFER_BYTES = 8L << 20;

    private static final long WAL_BYTES_MAX = 64L << 20;
    private static final int BLOCK_BYTES = 16 << 10;
    private static final int BLOOM_BITS = 10;

    static {
        RocksDB.loadLibrary();
    }

    private final RocksDB db;
    private final DBOptions dbOptions;
    private final ColumnFamilyOptions tableOptions;
    private final LRUCache cache;
    private final BloomFilter bloom;
    private final WriteOptions durably = new WriteOptions().setSync(true);
    private final Map<IndexTable, ColumnFamilyHandle> handles = new EnumMap<>(IndexTable.class);
    private final ColumnFamilyHandle unused;

    private RocksDbIndexStore(Path path, long cacheBytes) throws RocksDBException {
        cache = new LRUCache(cacheBytes);
        bloom = new BloomFilter(BLOOM_BITS, false);
        tableOptions = new ColumnFamilyOptions()
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(2)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setBlockSize(BLOCK_BYTES)
                        .setFilterPolicy(bloom)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
        dbOptions = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(WAL_BYTES_MAX)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(512)
                .setKeepLogFileNum(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, tableOptions));
        for (IndexTable table : IndexTable.values()) {
            descriptors.add(new ColumnFamilyDescriptor(
                    table.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII), tableOptions));
        }
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        db = RocksDB.open(dbOptions, path.toString(), descriptors, opened);
        unused = opened.get(0);
        int next = 1;
        for (IndexTable table : IndexTable.values()) {
            handles.put(table, opened.get(next++));
        }
    }

    /** Stores that share nothing; each caches up to {@code cacheBytes} of blocks. */
    public static Factory factory(long cacheBytes) {
        return directory -> {
            Path path = directory.resolve("dlog-index");
            try {
                Files.createDirectories(path);
                return new RocksDbIndexStore(path, cacheBytes);
            } catch (RocksDBException e) {
                throw new IOException("index cannot be opened directory=" + path + ": " + e.getMessage(), e);
            }
        };
    }

    @Override
    public byte @Nullable [] get(IndexTable table, byte[] key) throws IOException {
        try {
            return db.get(handle(table), key);
        } catch (RocksDBException e) {
            throw new IOException("index unreadable table=" + table, e);
        }
    }

    @Override
    public @Nullable Row floor(IndexTable table, byte[] key) throws IOException {
        try (RocksIterator iterator = db.newIterator(handle(table))) {
            iterator.seekForPrev(key);
            if (iterator.isValid()) {
                return new Row(iterator.key(), iterator.value());
            }
            iterator.status();
            return null;
        } catch (RocksDBException e) {
            throw new IOException("index unreadable table=" + table, e);
        }
    }

    @Override
    public void scan(IndexTable table, byte[] from, Visitor visitor) throws IOException {
        try (RocksIterator iterator = db.newIterator(handle(table))) {
            iterator.seek(from);
            while (iterator.isValid() && visitor.visit(iterator.key(), iterator.value())) {
                iterator.next();
            }
            iterator.status();
        } catch (RocksDBException e) {
            throw new IOException("index unreadable table=" + table, e);
        }
    }

    @Override
    public void write(IndexBatch batch) throws IOException {
        try (WriteBatch out = new WriteBatch()) {
            for (IndexBatch.Change change : batch.changes()) {
                byte[] value = change.value();
                if (value == null) {
                    out.delete(handle(change.table()), change.key());
                } else {
                    out.put(handle(change.table()), change.key(), value);
                }
            }
            db.write(durably, out);
        } catch (RocksDBException e) {
            throw new IOException("index not written", e);
        }
    }

    @Override
    public void close() {
        handles.values().forEach(ColumnFamilyHandle::close);
        unused.close();
        db.close();
        durably.close();
        dbOptions.close();
        tableOptions.close();
        bloom.close();
        cache.close();
    }

    private ColumnFamilyHandle handle(IndexTable table) {
        ColumnFamilyHandle handle = handles.get(table);
        if (handle == null) {
            throw new AssertionError("no column family table=" + table);
        }
        return handle;
    }
}
