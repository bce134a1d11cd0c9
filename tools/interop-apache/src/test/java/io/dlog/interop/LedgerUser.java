package io.dlog.interop;

import io.dlog.ledger.DigestType;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a program does with ledgers, through either client. Thread: owned by the test. */
interface LedgerUser extends AutoCloseable {
    /** Makes a ledger over three bookies: E 3, Qw 3, Qa 2. */
    Writer create(DigestType digest) throws Exception;

    /** Fences the writer out, closes the ledger, reads everything. */
    List<byte[]> recoverAndReadAll(long ledgerId, DigestType digest) throws Exception;

    /** Reads what is confirmed, writer undisturbed. */
    List<byte[]> readConfirmed(long ledgerId, DigestType digest) throws Exception;

    void delete(long ledgerId) throws Exception;

    @Override
    void close() throws Exception;

    /** A ledger being written. */
    interface Writer {
        long ledgerId();

        CompletableFuture<Long> append(byte[] data);

        void close() throws Exception;
    }
}
