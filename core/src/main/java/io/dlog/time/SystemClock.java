package io.dlog.time;

/** The machine's clock. Thread: immutable. */
public enum SystemClock implements Clock {
    /** The only instance. */
    INSTANCE;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return System.currentTimeMillis();
    }
}
