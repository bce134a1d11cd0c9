package io.dlog.log.read;

import io.dlog.log.record.DLSN;

/** Where a reader is to start. Thread: immutable. */
public sealed interface ReaderStart {
    /** At the first record at or after a position. */
    record AtDlsn(DLSN dlsn) implements ReaderStart {}

    /** At the first record with at least this transaction id. */
    record AtTransactionId(long txId) implements ReaderStart {}
}
