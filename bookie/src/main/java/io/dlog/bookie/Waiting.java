package io.dlog.bookie;

import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for metadata while a bookie starts or stops; nothing else runs then. Thread: no state; blocks. */
final class Waiting {
    /** Longer than any ZooKeeper session may need to expire. */
    private static final long SECONDS_MAX = 120;

    private Waiting() {}

    static <T> T on(CompletableFuture<T> future) throws MetadataException {
        try {
            return future.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MetadataException m) {
                throw m;
            }
            throw new AssertionError("metadata failed in an unforeseen way", e.getCause());
        } catch (TimeoutException e) {
            throw new MetadataException(
                    Reason.UNAVAILABLE, "no answer from the metadata store within " + SECONDS_MAX + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MetadataException(Reason.UNAVAILABLE, "interrupted while waiting for the metadata store", e);
        }
    }
}
