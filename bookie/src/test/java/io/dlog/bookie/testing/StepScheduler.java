package io.dlog.bookie.testing;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Lanes that run on the test's thread, one task at a time; a seed decides whose turn it is. Timers fire when
 * {@link #advance} passes their time. Thread: owned by the test.
 */
public final class StepScheduler implements Scheduler {
    private final Random random;
    private final List<StepLane> lanes = new ArrayList<>();
    private final List<Due> timers = new ArrayList<>();
    private long nanos = 1;

    private record Due(long nanos, StepLane lane, Runnable task) {}

    public StepScheduler(long seed) {
        random = new Random(seed);
    }

    @Override
    public Clock clock() {
        return new Clock() {
            @Override
            public long nanoTime() {
                return nanos;
            }

            @Override
            public long currentTimeMillis() {
                return nanos / 1_000_000;
            }
        };
    }

    @Override
    public Lane lane(long key) {
        return blockingLane("lane");
    }

    @Override
    public Lane blockingLane(String name) {
        StepLane lane = new StepLane();
        lanes.add(lane);
        return lane;
    }

    /** Runs one task of a lane that has one; false when none has. */
    public boolean step() {
        List<StepLane> busy =
                lanes.stream().filter(lane -> !lane.tasks.isEmpty()).toList();
        if (busy.isEmpty()) {
            return false;
        }
        Runnable task = busy.get(random.nextInt(busy.size())).tasks.removeFirst();
        task.run();
        return true;
    }

    /** Runs tasks until there are none, with a bound against loops. */
    public void runAll() {
        int steps = 0;
        while (step()) {
            if (++steps > 1_000_000) {
                throw new AssertionError("the lanes never come to rest");
            }
        }
    }

    /** Lets time pass: due timers join their lanes. */
    public void advance(Duration duration) {
        nanos += duration.toNanos();
        List<Due> due = new ArrayList<>(timers.stream()
                .filter(timer -> timer.nanos() <= nanos)
                .sorted(Comparator.comparingLong(Due::nanos))
                .toList());
        timers.removeAll(due);
        due.forEach(timer -> timer.lane().execute(timer.task()));
    }

    @Override
    public void close() {
        lanes.clear();
        timers.clear();
    }

    /** Thread: owned by the test. */
    private final class StepLane implements Lane {
        private final Deque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.addLast(task);
        }

        @Override
        public Timer schedule(Runnable task, Duration delay) {
            Due due = new Due(nanos + delay.toNanos(), this, task);
            timers.add(due);
            return () -> timers.remove(due);
        }

        @Override
        public boolean isCurrent() {
            return true;
        }
    }
}
