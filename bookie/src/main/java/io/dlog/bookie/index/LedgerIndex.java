package io.dlog.bookie.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** From ledger id to what is kept about the ledger. Thread: reads are safe; batches are built by the flush lane. */
public final class LedgerIndex {
    private final IndexStore store;

    public LedgerIndex(IndexStore store) {
        this.store = store;
    }

    /** The ledger, null when this index never had anything of it. */
    public @Nullable IndexedLedger find(long ledgerId) throws IOException {
        byte[] value = store.get(IndexTable.LEDGERS, key(ledgerId));
        return value == null ? null : IndexedLedger.fromBytes(ledgerId, value);
    }

    public void put(IndexBatch batch, long ledgerId, IndexedLedger ledger) {
        batch.put(IndexTable.LEDGERS, key(ledgerId), ledger.toBytes());
    }

    private static byte[] key(long ledgerId) {
        return ByteBuffer.allocate(Long.BYTES).putLong(ledgerId).array();
    }
}
