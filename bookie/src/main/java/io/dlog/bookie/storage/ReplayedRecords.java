package io.dlog.bookie.storage;

import io.dlog.bookie.journal.Generation;
import io.dlog.bookie.journal.JournalRecords;
import io.dlog.protocol.MasterKey;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Enters the records of a replayed batch into its generation's tables. Thread: owned by the thread that starts. */
final class ReplayedRecords {
    private ReplayedRecords() {}

    static void enter(Generation<LedgerTables> generation, ByteBuffer batch, long position, long epoch)
            throws IOException {
        LedgerTables tables = generation.contents();
        JournalRecords.forEach(batch, position, epoch, new JournalRecords.Visitor() {
            @Override
            public void add(long at, ByteBuffer body) {
                LedgerTable ledger = tables.findOrAdd(body.getLong(0));
                tables.grow(
                        ledger.enterReplayed(generation, at, body.getLong(Long.BYTES), body.getLong(2 * Long.BYTES)));
            }

            @Override
            public void masterKey(long ledgerId, byte[] key) {
                MasterKey masterKey = MasterKey.of(key);
                tables.findOrAdd(ledgerId).enterReplayed(state -> state.withKey(masterKey));
            }

            @Override
            public void fence(long ledgerId) {
                tables.findOrAdd(ledgerId).enterReplayed(LedgerState::fenced);
            }

            @Override
            public void explicitLac(long ledgerId, byte[] body) {
                tables.findOrAdd(ledgerId).enterReplayed(state -> state.withExplicitLac(body));
            }
        });
    }
}
