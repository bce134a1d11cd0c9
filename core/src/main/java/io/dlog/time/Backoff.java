package io.dlog.time;

import java.time.Duration;

/**
 * Waits between attempts: each twice as long as the one before up to a limit, and then a random part of it cut off, so
 * that clients which failed together don't come back together.
 *
 * <p>Thread: owned by whoever retries.
 */
public final class Backoff {
    private final Duration limit;
    private final Randomness randomness;
    private Duration next;

    /**
     * @param first longest first wait
     * @param limit longest wait ever
     */
    public Backoff(Duration first, Duration limit, Randomness randomness) {
        this.next = first;
        this.limit = limit;
        this.randomness = randomness;
    }

    /** How long to wait before the next attempt: between half of its turn and the whole of it. */
    public Duration next() {
        long nanos = Math.max(2, next.toNanos());
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(limit) > 0 ? limit : doubled;
        int half = (int) Math.min(Integer.MAX_VALUE - 1, nanos / 2);
        return Duration.ofNanos(nanos - randomness.nextInt(half));
    }
}
