package io.dlog.metadata;

import io.dlog.ledger.BookieId;

/**
 * Where a bookie listens.
 *
 * @param host name or address
 * @param port TCP port
 */
public record BookieEndpoint(BookieId id, String host, int port) {}
