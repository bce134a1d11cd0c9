package io.dlog.client;

import io.dlog.concurrent.Lane;

/**
 * How to ask bookies about one ledger.
 *
 * <p>Thread: immutable.
 *
 * @param lane where answers go
 * @param digest by which they are verified
 */
record LedgerAccess(LedgerServices services, long ledgerId, LedgerDigest digest, Lane lane) {}
