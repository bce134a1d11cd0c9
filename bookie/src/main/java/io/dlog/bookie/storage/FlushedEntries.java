package io.dlog.bookie.storage;

import io.dlog.bookie.entrylog.EntryLocation;
import io.dlog.bookie.entrylog.EntryLogWriter;
import io.dlog.bookie.index.EntryLocationIndex;
import io.dlog.bookie.index.IndexBatch;
import io.dlog.bookie.journal.Generation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The entries of one flush on their way from the log buffer to a log and the index. Where an entry's checksum lies is known
 * only once its checksum block is written, so locations wait for it here.
 *
 * <p>Thread: owned by the flush lane.
 */
final class FlushedEntries {
    private static final long NOT_YET = -1;

    private final EntryLogWriter log;
    private final EntryLocationIndex index;
    private final IndexBatch batch;
    private final Map<Long, Long> bytesByLedger;
    private final List<Pending> pending = new ArrayList<>();

    /** Locations of one ledger, of which the first {@code located} know their checksum block. */
    private static final class Pending {
        final long ledgerId;
        final List<EntryLocation> entries;
        int located;

        Pending(long ledgerId, int capacity) {
            this.ledgerId = ledgerId;
            this.entries = new ArrayList<>(capacity);
        }
    }

    FlushedEntries(EntryLogWriter log, EntryLocationIndex index, IndexBatch batch, Map<Long, Long> bytesByLedger) {
        this.log = log;
        this.index = index;
        this.batch = batch;
        this.bytesByLedger = bytesByLedger;
    }

    /** Writes all entries of a table; tables come ascending by ledger. */
    void add(Generation<LedgerTables> generation, LedgerTable table) throws IOException {
        long[] ids = table.entryIds();
        if (ids.length == 0) {
            return;
        }
        long[] positions = table.positions(generation, ids);
        Pending ledger = new Pending(table.ledgerId(), ids.length);
        pending.add(ledger);
        long bytes = 0;
        for (int i = 0; i < ids.length; i++) {
            ByteBuffer entry = generation.body(positions[i]);
            int length = entry.remaining();
            int slot = log.nextChecksumSlot();
            long offset = log.append(table.ledgerId(), ids[i], entry, generation.bodyCrc(positions[i]));
            ledger.entries.add(new EntryLocation(ids[i], log.logId(), offset, length, NOT_YET, slot));
            bytes += Integer.BYTES + length;
            if (log.isBlockFull()) {
                endBlock();
            }
        }
        bytesByLedger.merge(table.ledgerId(), bytes, Long::sum);
    }

    /** Hands all that is left to the batch. */
    void end() throws IOException {
        if (log.nextChecksumSlot() > 0) {
            endBlock();
        }
        for (Pending ledger : pending) {
            index.put(batch, ledger.ledgerId, ledger.entries);
        }
        pending.clear();
    }

    private void endBlock() throws IOException {
        long checksums = log.endBlock();
        for (Pending ledger : pending) {
            for (int i = ledger.located; i < ledger.entries.size(); i++) {
                EntryLocation e = ledger.entries.get(i);
                ledger.entries.set(
                        i,
                        new EntryLocation(e.entryId(), e.logId(), e.offset(), e.bytes(), checksums, e.checksumSlot()));
            }
            ledger.located = ledger.entries.size();
        }
        // All but the last ledger, which may go on, are complete.
        while (pending.size() > 1) {
            Pending done = pending.remove(0);
            index.put(batch, done.ledgerId, done.entries);
        }
    }
}
