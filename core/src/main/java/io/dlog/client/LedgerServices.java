package io.dlog.client;

import io.dlog.concurrent.Scheduler;
import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.placement.EnsemblePlacement;
import io.dlog.time.Backoff;
import io.dlog.time.Deadline;
import io.dlog.time.Randomness;
import io.dlog.transport.BookieConnections;
import java.time.Duration;

/**
 * What every operation on a ledger needs of its surroundings.
 *
 * <p>Thread: immutable; the parts are safe.
 */
record LedgerServices(
        Scheduler scheduler,
        BookieConnections connections,
        LedgerMetadataStore metadataStore,
        EnsemblePlacement placement,
        Randomness randomness,
        ClientConfig config) {
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);
    private static final Duration LAST_RETRY = Duration.ofSeconds(2);

    /** Waits between attempts on the metadata store. */
    Backoff metadataBackoff() {
        return new Backoff(FIRST_RETRY, LAST_RETRY, randomness);
    }

    /** Until when to attempt. */
    Deadline metadataDeadline() {
        return Deadline.after(scheduler.clock(), config.metadataTimeout());
    }
}
