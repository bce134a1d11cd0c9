package io.dlog.log.lock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The port to a log's write lock: advice about who should write. Safety comes from fencing, not from this lock.
 *
 * <p>Thread: safe. Futures complete on any thread and fail with {@code OwnershipAcquireFailedException} when another client
 * holds the lock, {@code LockingException} when the store can't say.
 */
public interface WriteLock {
    /** Takes the lock, waiting up to {@code timeout} for its holder to go; zero: not at all. */
    CompletableFuture<Void> acquire(Duration timeout);

    /** Whether the lock is held, as far as this process knows. */
    boolean isHeld();

    /**
     * Calls back once if the lock is lost (session expired) before it is released; at once if it was lost since it was
     * last acquired.
     */
    void onLost(Runnable callback);

    /** Gives the lock back; a lock that is not held counts as given back. */
    CompletableFuture<Void> release();
}
