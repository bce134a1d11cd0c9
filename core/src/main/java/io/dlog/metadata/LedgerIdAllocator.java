package io.dlog.metadata;

import java.util.concurrent.CompletableFuture;

/** The port that gives out ledger ids, each once in the life of a cluster. Thread: safe. */
public interface LedgerIdAllocator {
    CompletableFuture<Long> allocate();
}
