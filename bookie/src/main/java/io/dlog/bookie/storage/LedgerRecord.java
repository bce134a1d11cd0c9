package io.dlog.bookie.storage;

import io.dlog.protocol.MasterKey;
import org.jspecify.annotations.Nullable;

/**
 * What is kept about a ledger apart from its entries. Thread: immutable.
 *
 * @param masterKey null when only an explicit LAC without key was ever written
 * @param isFenced whether normal adds are refused for ever
 * @param explicitLac body of the last explicit LAC
 * @param lastAddConfirmed highest LAC named by an entry or an explicit LAC, -1 when none
 */
public record LedgerRecord(
        long ledgerId,
        @Nullable MasterKey masterKey,
        boolean isFenced,
        byte @Nullable [] explicitLac,
        long lastAddConfirmed) {}
