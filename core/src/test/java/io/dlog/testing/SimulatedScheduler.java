package io.dlog.testing;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster's threads and timers in one thread: events ordered by virtual time, and by the seed where times are
 * equal. Runs nothing by itself; the simulation calls {@link #runUntil}.
 *
 * <p>Each {@link Machine} is a machine's share of it, which can be paused and killed. A task that throws ends the
 * simulation: in production it would be logged, here it is a bug.
 *
 * <p>Thread: owned by the simulation's thread.
 */
public final class SimulatedScheduler implements Scheduler {
    /** A lane takes up to this long to come to its next task. */
    private static final int STEP_NANOS_MAX = 20_000;
    /** A blocking lane's task takes up to this long. */
    private static final int BLOCKING_NANOS_MAX = 2_000_000;

    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedRandomness random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Machine main;
    private Runnable afterEachEvent = () -> {};
    private long scheduled;
    private long ran;
    private @Nullable Throwable failure;
    private @Nullable SimulatedLane running;

    public SimulatedScheduler(SimulatedRandomness random) {
        this.random = random;
        this.main = machine("main");
    }

    private record Event(long atNanos, long tieBreak, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            int byTie = byTime != 0 ? byTime : Long.compare(tieBreak, other.tieBreak);
            return byTie != 0 ? byTie : Long.compare(sequence, other.sequence);
        }
    }

    /** Does something after a time, whatever is paused. */
    public void after(Duration delay, Runnable action) {
        afterNanos(delay.toNanos(), action);
    }

    /** The same in nanoseconds. */
    public void afterNanos(long delayNanos, Runnable action) {
        events.add(new Event(clock.nanoTime() + Math.max(0, delayNanos), random.nextLong(), scheduled++, action));
    }

    /** Called after each event, to check what must always hold. */
    public void afterEachEvent(Runnable check) {
        afterEachEvent = check;
    }

    /** Runs events until the condition holds; false when {@code limit} of virtual time passed first. */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = clock.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            Event event = events.peek();
            if (event == null || event.atNanos > end) {
                clock.moveTo(end);
                return condition.getAsBoolean();
            }
            events.remove();
            clock.moveTo(event.atNanos);
            ran++;
            event.action.run();
            if (failure != null) {
                throw new AssertionError("a task failed on its lane: " + failure, failure);
            }
            afterEachEvent.run();
        }
        return true;
    }

    /** Lets virtual time pass. */
    public void run(Duration time) {
        runUntil(() -> false, time);
    }

    /** Events run so far. */
    public long eventsRun() {
        return ran;
    }

    /** A machine of its own. */
    public Machine machine(String name) {
        return new Machine(name);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Lane lane(long key) {
        return main.lane(key);
    }

    @Override
    public Lane blockingLane(String name) {
        return main.blockingLane(name);
    }

    @Override
    public void close() {
        main.close();
    }

    /** The lanes of one machine. Thread: owned by the simulation's thread. */
    public final class Machine implements Scheduler {
        private final String name;
        private final Map<Long, SimulatedLane> lanes = new HashMap<>();
        private final List<SimulatedLane> all = new ArrayList<>();
        private boolean paused;
        private boolean dead;

        private Machine(String name) {
            this.name = name;
        }

        /** Its name, by which the network knows it. */
        public String name() {
            return name;
        }

        /** Stops running tasks, as a long garbage collection does; they and the timers wait. */
        public void pause() {
            paused = true;
        }

        /** Goes on after {@link #pause}. */
        public void resume() {
            paused = false;
            all.forEach(SimulatedLane::wake);
        }

        /** Runs nothing any more. */
        public void kill() {
            dead = true;
        }

        @Override
        public Clock clock() {
            return clock;
        }

        @Override
        public Lane lane(long key) {
            return lanes.computeIfAbsent(key, k -> newLane(STEP_NANOS_MAX));
        }

        @Override
        public Lane blockingLane(String laneName) {
            return newLane(BLOCKING_NANOS_MAX);
        }

        private SimulatedLane newLane(int stepNanosMax) {
            SimulatedLane lane = new SimulatedLane(this, stepNanosMax);
            all.add(lane);
            return lane;
        }

        @Override
        public void close() {
            kill();
        }
    }

    /** Tasks in order, one an event. Thread: owned by the simulation's thread. */
    private final class SimulatedLane implements Lane {
        private final Machine machine;
        private final int stepNanosMax;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean awake;

        SimulatedLane(Machine machine, int stepNanosMax) {
            this.machine = machine;
            this.stepNanosMax = stepNanosMax;
        }

        @Override
        public void execute(Runnable task) {
            if (!machine.dead) {
                tasks.add(task);
                wake();
            }
        }

        void wake() {
            if (!awake && !machine.paused && !tasks.isEmpty()) {
                awake = true;
                afterNanos(random.nextInt(stepNanosMax), this::step);
            }
        }

        private void step() {
            awake = false;
            if (machine.paused || machine.dead) {
                return;
            }
            Runnable task = tasks.poll();
            if (task != null) {
                running = this;
                try {
                    task.run();
                } catch (Throwable t) {
                    failure = t;
                } finally {
                    running = null;
                }
            }
            wake();
        }

        @Override
        public Timer schedule(Runnable task, Duration delay) {
            boolean[] cancelled = {false};
            after(
                    delay,
                    () -> execute(() -> {
                        if (!cancelled[0]) {
                            task.run();
                        }
                    }));
            return () -> cancelled[0] = true;
        }

        @Override
        public boolean isCurrent() {
            return running == this;
        }
    }
}
