package io.dlog.bookie.storage;

import io.dlog.bookie.journal.JournalConfig;
import io.dlog.bookie.journal.LogBufferConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Settings of a bookie's storage.
 *
 * @param journal where the journal lies and how long its files are
 * @param ledgerDirectories hold the entry logs; more may be added later, none taken away
 * @param indexDirectories one for each ledger directory, in the same order; may be the same ones
 * @param logBuffer memory for what is not in entry logs yet
 * @param flushInterval how long an entry stays at most in memory alone, apart from the journal; bounds replay
 * @param entryLogBytes length from which a log is sealed and a new one begun
 */
public record StorageConfig(
        JournalConfig journal,
        List<Path> ledgerDirectories,
        List<Path> indexDirectories,
        LogBufferConfig logBuffer,
        Duration flushInterval,
        long entryLogBytes) {
    private static final long JOURNAL_FILE_BYTES = 256L << 20;
    private static final long FIRST_JOURNAL_FILE_BYTES = 16L << 20;
    private static final int SPARE_JOURNAL_FILES = 2;
    private static final long ENTRY_LOG_BYTES = 1L << 30;

    public StorageConfig {
        ledgerDirectories = List.copyOf(ledgerDirectories);
        indexDirectories = List.copyOf(indexDirectories);
        if (ledgerDirectories.isEmpty() || ledgerDirectories.size() != indexDirectories.size()) {
            throw new IllegalArgumentException(
                    "index directories do not match ledger directories: " + ledgerDirectories + " " + indexDirectories);
        }
    }

    /** Settings that suit most: journal files of 16 to 256 MiB, a flush a minute, logs of 1 GiB. */
    public static StorageConfig of(
            Path journalDirectory, List<Path> ledgerDirectories, List<Path> indexDirectories, long logBufferBytes) {
        LogBufferConfig logBuffer = LogBufferConfig.ofTotal(logBufferBytes);
        return new StorageConfig(
                new JournalConfig(journalDirectory, JOURNAL_FILE_BYTES, FIRST_JOURNAL_FILE_BYTES, SPARE_JOURNAL_FILES),
                ledgerDirectories,
                indexDirectories,
                logBuffer,
                Duration.ofMinutes(1),
                ENTRY_LOG_BYTES);
    }
}
