package io.dlog.bookie;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.concurrent.Scheduler;
import io.dlog.metrics.Metrics;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * The storage of a running bookie: opened after its disks are known to be its own, closed after its last request.
 *
 * @param ledgers what the request handlers see
 * @param failed completes with the reason once nothing will be durable again; the bookie then stops
 * @param close writes out what is in memory, syncs and closes; blocks
 */
record BookieStorage(LedgerStorage ledgers, CompletableFuture<Throwable> failed, Close close) {
    /** The clean end. */
    interface Close {
        void run() throws IOException;
    }

    /** Opens the disks, replays the journal; blocks until entries can be served. */
    interface Opener {
        BookieStorage open(BookieConfig config, FileSystem files, Scheduler scheduler, Metrics metrics)
                throws IOException;
    }
}
