package io.dlog.concurrent;

import io.dlog.time.Clock;
import io.dlog.time.SystemClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lanes on platform threads.
 *
 * <p>Thread: safe, because the shared threads are fixed at construction and the list of blocking lanes is guarded.
 */
public final class ThreadScheduler implements Scheduler {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadScheduler.class);

    private final String name;
    private final ThreadLane[] shared;
    private final List<ThreadLane> blocking = new ArrayList<>();

    /**
     * @param name prefix of the threads' names
     * @param threads how many shared threads, at least 1
     */
    public ThreadScheduler(String name, int threads) {
        this.name = name;
        this.shared = new ThreadLane[threads];
        for (int i = 0; i < threads; i++) {
            shared[i] = new ThreadLane(name + "-" + i);
        }
    }

    @Override
    public Clock clock() {
        return SystemClock.INSTANCE;
    }

    @Override
    public Lane lane(long key) {
        return shared[(int) Math.floorMod(key, (long) shared.length)];
    }

    @Override
    public Lane blockingLane(String laneName) {
        ThreadLane lane = new ThreadLane(name + "-" + laneName);
        synchronized (blocking) {
            blocking.add(lane);
        }
        return lane;
    }

    @Override
    public void close() {
        for (ThreadLane lane : shared) {
            lane.close();
        }
        synchronized (blocking) {
            blocking.forEach(ThreadLane::close);
        }
    }

    /** A lane that is one thread. Thread: safe. */
    private static final class ThreadLane implements Lane {
        private final ScheduledThreadPoolExecutor executor;
        private volatile @Nullable Thread thread;

        ThreadLane(String name) {
            this.executor = new ScheduledThreadPoolExecutor(1, task -> {
                Thread t = new Thread(task, name);
                t.setDaemon(true);
                thread = t;
                return t;
            });
            executor.setRemoveOnCancelPolicy(true);
            executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }

        @Override
        public void execute(Runnable task) {
            try {
                executor.execute(() -> run(task));
            } catch (RejectedExecutionException e) {
                LOG.debug("task dropped by a closed lane", e);
            }
        }

        @Override
        public Timer schedule(Runnable task, Duration delay) {
            try {
                Future<?> future = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> future.cancel(false);
            } catch (RejectedExecutionException e) {
                LOG.debug("timer dropped by a closed lane", e);
                return () -> {};
            }
        }

        @Override
        public boolean isCurrent() {
            return Thread.currentThread() == thread;
        }

        private static void run(Runnable task) {
            try {
                task.run();
            } catch (Throwable t) {
                LOG.error("task failed on its lane", t);
            }
        }

        void close() {
            executor.shutdown();
        }
    }
}
