package io.dlog.bookie;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.index.RocksDbIndexStore;
import io.dlog.bookie.journal.JournalConfig;
import io.dlog.bookie.journal.LogBufferConfig;
import io.dlog.bookie.storage.JournaledLedgerStorage;
import io.dlog.bookie.storage.StorageConfig;
import io.dlog.concurrent.Scheduler;
import io.dlog.metrics.Metrics;
import io.dlog.time.SystemRandomness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens the storage in the configured directories, each in a folder of its own beside the cookie.
 *
 * <pre>
 *   [journal directory]/current/journal     [ledger directory]/current/ledgers     [index directory]/current/index
 * </pre>
 *
 * <p>Thread: no state.
 */
final class DiskStorage {
    private static final int BLOCK_BYTES = FileSystem.BLOCK_BYTES;

    /** Zeroed before the first add, so it is short; the following ones double in the background. */
    private static final long FIRST_JOURNAL_FILE_BYTES = 16L << 20;

    private static final int SPARE_JOURNAL_FILES = 2;

    /** A flush of the largest log buffer to a slow disk. */
    private static final long CLOSE_SECONDS_MAX = 300;

    private DiskStorage() {}

    static BookieStorage open(BookieConfig config, FileSystem files, Scheduler scheduler, Metrics metrics)
            throws IOException {
        JournaledLedgerStorage storage = JournaledLedgerStorage.open(
                files,
                RocksDbIndexStore.factory(config.storage().blockCacheSize().bytes()),
                settings(config),
                scheduler,
                SystemRandomness.INSTANCE);
        return new BookieStorage(storage, storage.failed(), () -> close(storage));
    }

    private static StorageConfig settings(BookieConfig config) {
        BookieConfig.Storage sizes = config.storage();
        long fileBytes =
                Math.max(FIRST_JOURNAL_FILE_BYTES, sizes.journalFileSize().bytes() & -BLOCK_BYTES);
        List<Path> indexes = config.indexDirectories().orElse(config.ledgerDirectories());
        return new StorageConfig(
                new JournalConfig(
                        CookieCheck.current(config.journalDirectories().get(0)).resolve("journal"),
                        fileBytes,
                        FIRST_JOURNAL_FILE_BYTES,
                        SPARE_JOURNAL_FILES),
                below(config.ledgerDirectories(), "ledgers"),
                below(indexes, "index"),
                LogBufferConfig.ofTotal(sizes.logBufferSize().bytes()),
                sizes.flushInterval(),
                sizes.entryLogSize().bytes());
    }

    private static List<Path> below(List<Path> directories, String name) {
        return directories.stream()
                .map(directory -> CookieCheck.current(directory).resolve(name))
                .toList();
    }

    private static void close(JournaledLedgerStorage storage) throws IOException {
        try {
            storage.close().get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the last flush failed, the next start replays the journal", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the last flush took too long, the next start replays the journal", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in the last flush, the next start replays the journal", e);
        }
    }
}
