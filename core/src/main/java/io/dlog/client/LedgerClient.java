package io.dlog.client;

import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerMetadata;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Makes, opens and deletes ledgers. Futures fail with {@link LedgerException} and complete on the ledger's lane;
 * continuations must not block.
 *
 * <p>Thread: safe.
 */
public interface LedgerClient extends AutoCloseable {
    /** Creates a ledger on bookies chosen by the placement policy; {@code NOT_ENOUGH_BOOKIES} when there are too few. */
    CompletableFuture<LedgerWriter> create(CreateOptions options);

    /**
     * Opens for reading and lets the writer go on. Reads up to the last add confirmed that the bookies know of, and
     * follows the writer through {@link LedgerReader#awaitEntry}.
     */
    CompletableFuture<LedgerReader> openWithoutRecovery(long ledgerId, DigestType digestType, byte[] password);

    /** Opens for reading after fencing the writer out and closing the ledger at its last entry. */
    CompletableFuture<LedgerReader> openWithRecovery(long ledgerId, DigestType digestType, byte[] password);

    /** Deletes the ledger's metadata; bookies drop its entries later. Deleting what is not there succeeds. */
    CompletableFuture<Void> delete(long ledgerId);

    /** The ledger's metadata as it stands. */
    CompletableFuture<LedgerMetadata> metadata(long ledgerId);

    /** All ledgers of the cluster. */
    CompletableFuture<List<Long>> list();

    /** Fails what is unfinished with {@code CLIENT_CLOSED} and lets connections go; open ledgers stay open. */
    @Override
    void close();
}
