package io.dlog.concurrent;

import io.dlog.time.Clock;

/**
 * The port that hands out threads and timers. Production: {@link ThreadScheduler}; simulation: one thread and a queue of
 * events ordered by virtual time.
 *
 * <p>Thread: safe.
 */
public interface Scheduler extends AutoCloseable {
    /** The clock by which this scheduler's timers run. */
    Clock clock();

    /**
     * A lane on one of a fixed number of shared threads; tasks must not block.
     *
     * @param key lanes of equal keys share a thread; a ledger id or a hash spreads the load
     */
    Lane lane(long key);

    /**
     * A lane with a thread of its own, for work that blocks (journal, flush, replay).
     *
     * @param name the thread's name; says what it does
     */
    Lane blockingLane(String name);

    /** Ends all threads after their current task; queued tasks are dropped. */
    @Override
    void close();
}
