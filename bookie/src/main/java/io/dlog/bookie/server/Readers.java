package io.dlog.bookie.server;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which reads wait for disks.
 *
 * <p>Bound: {@code queuedMax} tasks, waiting or running; above it a task is refused.
 *
 * <p>Thread: safe, because the count is atomic and lanes are.
 */
final class Readers {
    private final Lane[] lanes;
    private final int queuedMax;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();

    Readers(Scheduler scheduler, int threads, int queuedMax) {
        this.queuedMax = queuedMax;
        this.lanes = new Lane[threads];
        for (int i = 0; i < threads; i++) {
            lanes[i] = scheduler.blockingLane("reader-" + i);
        }
    }

    /** Runs the task soon, or returns false when too many wait already. */
    boolean offer(Runnable task) {
        return offer(task, 1);
    }

    /** The same for a task that stands for several. */
    boolean offer(Runnable task, int count) {
        if (queued.addAndGet(count) > queuedMax) {
            queued.addAndGet(-count);
            return false;
        }
        lanes[Math.floorMod(next.getAndIncrement(), lanes.length)].execute(() -> {
            try {
                task.run();
            } finally {
                queued.addAndGet(-count);
            }
        });
        return true;
    }

    /** How many tasks can run at a time. */
    int threads() {
        return lanes.length;
    }

    /** How many tasks wait or run. */
    int queued() {
        return queued.get();
    }
}
