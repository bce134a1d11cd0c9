package io.dlog.metadata;

import io.dlog.ledger.BookieId;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The port through which clients learn which bookies there are.
 *
 * <p>Thread: safe.
 */
public interface BookieRegistry {
    /** Bookies that take adds, as last seen by the watch that this registry keeps. */
    Set<BookieId> writable();

    /** Bookies that only serve reads. */
    Set<BookieId> readOnly();

    /** Reads both sets anew. */
    CompletableFuture<Void> refresh();

    /** Where a bookie listens; for ids of the form {@code host:port} the id itself says so. */
    CompletableFuture<BookieEndpoint> endpoint(BookieId id);
}
