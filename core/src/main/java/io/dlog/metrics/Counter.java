package io.dlog.metrics;

/** A number that only grows. Thread: safe, because it is striped over threads; adding is a few nanoseconds. */
public interface Counter {
    void add(long n);

    default void increment() {
        add(1);
    }

    /** The sum so far. */
    long count();
}
