package io.dlog.testing;

import io.dlog.metadata.LedgerIdAllocator;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/** Ledger ids counted from 0. Thread: safe, because the counter is atomic. */
public final class InMemoryLedgerIds implements LedgerIdAllocator {
    private final AtomicLong next = new AtomicLong();
    private final StoreCalls calls;

    /** Answers at once and never fails. */
    public InMemoryLedgerIds() {
        this(Runnable::run, new StoreFaults());
    }

    /** The executor runs, and may delay, requests and replies. */
    public InMemoryLedgerIds(Executor executor, StoreFaults faults) {
        this.calls = new StoreCalls(
                next,
                executor,
                faults,
                () -> new MetadataException(Reason.UNAVAILABLE, "metadata store did not answer"));
    }

    @Override
    public CompletableFuture<Long> allocate() {
        return calls.call(next::getAndIncrement);
    }
}
