package io.dlog.transport;

import io.dlog.ledger.BookieId;

/**
 * The port to the network: a connection to each bookie, made on demand and again after it broke.
 *
 * <p>Thread: safe.
 */
public interface BookieConnections extends AutoCloseable {
    /** The connection to a bookie; never null, never blocks, connects when the first request is sent. */
    BookieConnection to(BookieId bookie);

    @Override
    void close();
}
