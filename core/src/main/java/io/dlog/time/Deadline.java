package io.dlog.time;

import java.time.Duration;

/**
 * A point in monotonic time by which something has to be over.
 *
 * <p>Thread: immutable.
 */
public final class Deadline {
    private final Clock clock;
    private final long atNanos;

    private Deadline(Clock clock, long atNanos) {
        this.clock = clock;
        this.atNanos = atNanos;
    }

    /** The point {@code wait} from now; waits beyond a century count as a century. */
    public static Deadline after(Clock clock, Duration wait) {
        Duration bounded = wait.compareTo(FOREVER) > 0 ? FOREVER : wait;
        return new Deadline(clock, clock.nanoTime() + bounded.toNanos());
    }

    /** Whether the time is over. */
    public boolean hasPassed() {
        return clock.nanoTime() - atNanos >= 0;
    }

    /** Time left, zero when none. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, atNanos - clock.nanoTime()));
    }

    /** Time left, or {@code most} when that is shorter. */
    public Duration remainingAtMost(Duration most) {
        Duration remaining = remaining();
        return remaining.compareTo(most) < 0 ? remaining : most;
    }

    private static final Duration FOREVER = Duration.ofDays(36_500);
}
