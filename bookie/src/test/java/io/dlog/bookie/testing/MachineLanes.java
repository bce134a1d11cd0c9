package io.dlog.bookie.testing;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.testing.SimulatedRandomness;
import io.dlog.testing.SimulatedScheduler;
import io.dlog.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads of one run of a simulated bookie: paused and killed together, and those that write to the disk as slow as the
 * disk is. A task that throws ends the simulation.
 *
 * <p>Thread: owned by the simulation's thread.
 */
final class MachineLanes implements Scheduler {
    private static final int STEP_MICROS_MAX = 20;
    private static final int READ_MICROS_MAX = 1000;

    private final SimulatedScheduler world;
    private final SimulatedRandomness random;
    private final Runnable afterEachTask;
    private final List<MachineLane> lanes = new ArrayList<>();
    private int writeMicrosMax = 2000;
    private boolean isPaused;
    private boolean isDead;

    /** @param afterEachTask run after each task, as long as the machine lives */
    MachineLanes(SimulatedScheduler world, SimulatedRandomness random, Runnable afterEachTask) {
        this.world = world;
        this.random = random;
        this.afterEachTask = afterEachTask;
    }

    /** Longest time of a task that writes to the disk. */
    void writeMicrosMax(long micros) {
        writeMicrosMax = (int) micros;
    }

    void pause() {
        isPaused = true;
    }

    void resume() {
        isPaused = false;
        lanes.forEach(MachineLane::wake);
    }

    /** No task runs any more. */
    void kill() {
        isDead = true;
    }

    @Override
    public Clock clock() {
        return world.clock();
    }

    @Override
    public Lane lane(long key) {
        return add(new MachineLane(Work.THINKS));
    }

    @Override
    public Lane blockingLane(String name) {
        return add(new MachineLane(name.startsWith("reader") ? Work.READS : Work.WRITES));
    }

    @Override
    public void close() {
        kill();
    }

    private Lane add(MachineLane lane) {
        lanes.add(lane);
        return lane;
    }

    private enum Work {
        THINKS,
        READS,
        WRITES
    }

    /** Tasks in order, one an event. Thread: owned by the simulation's thread. */
    private final class MachineLane implements Lane {
        private final Work work;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean isAwake;

        MachineLane(Work work) {
            this.work = work;
        }

        @Override
        public void execute(Runnable task) {
            if (!isDead) {
                tasks.add(task);
                wake();
            }
        }

        void wake() {
            if (!isAwake && !isPaused && !isDead && !tasks.isEmpty()) {
                isAwake = true;
                int microsMax =
                        switch (work) {
                            case THINKS -> STEP_MICROS_MAX;
                            case READS -> READ_MICROS_MAX;
                            case WRITES -> writeMicrosMax;
                        };
                world.afterNanos(1 + random.nextInt(1000 * microsMax), this::step);
            }
        }

        private void step() {
            isAwake = false;
            if (isPaused || isDead) {
                return;
            }
            Runnable task = tasks.poll();
            if (task != null) {
                task.run();
                if (!isDead) {
                    afterEachTask.run();
                }
            }
            wake();
        }

        @Override
        public Timer schedule(Runnable task, Duration delay) {
            boolean[] isCancelled = {false};
            world.after(
                    delay,
                    () -> execute(() -> {
                        if (!isCancelled[0]) {
                            task.run();
                        }
                    }));
            return () -> isCancelled[0] = true;
        }

        @Override
        public boolean isCurrent() {
            return true;
        }
    }
}
