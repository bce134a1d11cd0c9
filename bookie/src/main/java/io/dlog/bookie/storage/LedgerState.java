package io.dlog.bookie.storage;

import io.dlog.bookie.index.IndexedLedger;
import io.dlog.protocol.MasterKey;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a ledger apart from its entries, and how two such pieces of knowledge combine. Thread: immutable.
 *
 * @param explicitLac body of the last explicit LAC
 */
record LedgerState(
        @Nullable MasterKey masterKey, boolean isFenced, byte @Nullable [] explicitLac, long lastAddConfirmed) {
    /** Nothing but that the ledger exists. */
    static final LedgerState EMPTY = new LedgerState(null, false, null, -1);

    /** Body of an explicit LAC: ledgerId, LAC, digest. */
    private static final int EXPLICIT_LAC_AT = 8;

    /** This and what was logged later; a fence stays, a LAC never goes back. */
    LedgerState and(LedgerState later) {
        byte[] lac = later.explicitLac == null || (explicitLac != null && lacOf(explicitLac) > lacOf(later.explicitLac))
                ? explicitLac
                : later.explicitLac;
        return new LedgerState(
                later.masterKey == null ? masterKey : later.masterKey,
                isFenced || later.isFenced,
                lac,
                Math.max(lastAddConfirmed, later.lastAddConfirmed));
    }

    LedgerState withKey(MasterKey key) {
        return and(new LedgerState(key, false, null, -1));
    }

    LedgerState fenced() {
        return and(new LedgerState(null, true, null, -1));
    }

    LedgerState withExplicitLac(byte[] body) {
        return and(new LedgerState(null, false, body, lacOf(body)));
    }

    LedgerState withLac(long lac) {
        return lac > lastAddConfirmed ? new LedgerState(masterKey, isFenced, explicitLac, lac) : this;
    }

    IndexedLedger toIndexed() {
        return new IndexedLedger(isFenced, lastAddConfirmed, masterKey == null ? null : masterKey.bytes(), explicitLac);
    }

    static LedgerState of(IndexedLedger ledger) {
        byte[] key = ledger.masterKey();
        return new LedgerState(
                key == null ? null : MasterKey.of(key),
                ledger.isFenced(),
                ledger.explicitLac(),
                ledger.lastAddConfirmed());
    }

    private static long lacOf(byte[] body) {
        return body.length < EXPLICIT_LAC_AT + Long.BYTES
                ? -1
                : ByteBuffer.wrap(body).getLong(EXPLICIT_LAC_AT);
    }
}
