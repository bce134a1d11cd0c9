package io.dlog.bookie.entrylog;

import org.jspecify.annotations.Nullable;

/**
 * What a directory in a log says about a ledger's state. Thread: immutable.
 *
 * @param key the master key's bytes
 */
public record LedgerFootprint(
        long ledgerId, boolean isFenced, long lastAddConfirmed, byte @Nullable [] key, byte @Nullable [] explicitLac) {}
