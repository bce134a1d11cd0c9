package io.dlog.testing;

import io.dlog.time.Clock;

/** Time that moves only when the simulation says so. Thread: owned by the simulation's thread. */
public final class SimulatedClock implements Clock {
    /** 2024-01-01, so that wall-clock times look like such. */
    private static final long EPOCH_MILLIS = 1_704_067_200_000L;

    private long nanos;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return EPOCH_MILLIS + nanos / 1_000_000;
    }

    void moveTo(long toNanos) {
        if (toNanos < nanos) {
            throw new AssertionError("time goes back from " + nanos + " to " + toNanos);
        }
        nanos = toNanos;
    }
}
