package io.dlog.time;

/**
 * The port through which all code reads time.
 *
 * <p>Thread: safe. In a simulation time stands still between events and {@link #nanoTime} never goes back.
 */
public interface Clock {
    /** Monotonic time in nanoseconds from an arbitrary origin; for waits and latencies. */
    long nanoTime();

    /** Wall-clock time in milliseconds since the epoch; may jump; only for timestamps that people or formats see. */
    long currentTimeMillis();
}
