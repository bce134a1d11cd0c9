package io.dlog.bookie.storage;

import io.dlog.bookie.journal.Generation;
import io.dlog.bookie.journal.LogBuffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves a closed generation from the log buffer to the ledger directories.
 *
 * <p>For each directory: sort, write the log, sync it, write one index batch that holds locations, ledger states and the
 * checkpoint, so that index and checkpoint cannot disagree. Only when all directories are done do reads go there and are the
 * segments freed.
 *
 * <p>Thread: owned by the flush lane (before it runs: by the thread that starts).
 */
final class Checkpoint {
    private final LogBuffer<LedgerTables> buffer;
    private final List<LedgerDirectory> directories;
    private int nextDirectory;

    Checkpoint(LogBuffer<LedgerTables> buffer, List<LedgerDirectory> directories) {
        this.buffer = buffer;
        this.directories = directories;
    }

    /** Flushes the oldest closed generation, all of which is durable in the journal. */
    void flush(Generation<LedgerTables> generation) throws IOException {
        List<LedgerTable> tables = generation.contents().sorted();
        List<List<LedgerTable>> byDirectory = new ArrayList<>();
        for (int i = 0; i < directories.size(); i++) {
            byDirectory.add(new ArrayList<>());
        }
        for (LedgerTable table : tables) {
            byDirectory.get(directoryOf(table.ledgerId())).add(table);
        }
        for (int i = 0; i < directories.size(); i++) {
            directories.get(i).flush(generation, byDirectory.get(i));
        }
        buffer.hide(generation);
        tables.forEach(LedgerTable::release);
        buffer.release(generation);
    }

    /** The directory whose index knows the ledger; a new ledger goes to the next in turn. */
    private int directoryOf(long ledgerId) throws IOException {
        if (directories.size() == 1) {
            return 0;
        }
        for (int i = 0; i < directories.size(); i++) {
            if (directories.get(i).find(ledgerId) != null) {
                return i;
            }
        }
        nextDirectory = (nextDirectory + 1) % directories.size();
        return nextDirectory;
    }
}
