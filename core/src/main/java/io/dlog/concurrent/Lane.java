package io.dlog.concurrent;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Runs tasks one at a time, in the order in which they were handed over. The objects that a lane owns need no locks.
 *
 * <p>Many lanes may share one thread; a task must not block unless the lane was made by
 * {@link Scheduler#blockingLane}. A task that throws is logged and the lane goes on.
 *
 * <p>Thread: safe; tasks run on the lane's thread.
 */
public interface Lane extends Executor {
    /** Queues a task. A closed scheduler drops it. */
    @Override
    void execute(Runnable task);

    /** Queues a task once {@code delay} has passed. */
    Timer schedule(Runnable task, Duration delay);

    /** Whether the caller runs on this lane. */
    boolean isCurrent();

    /** A task that waits for its time. Thread: safe. */
    interface Timer {
        /** Keeps the task from starting; without effect once it has started. */
        void cancel();
    }
}
