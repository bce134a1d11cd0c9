package io.dlog.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** Counters that nobody reports. Thread: immutable. */
enum NoMetrics implements Metrics {
    INSTANCE;

    @Override
    public Counter counter(String name, Unit unit, String help, String... labels) {
        return new AdderCounter();
    }

    @Override
    public void gauge(String name, Unit unit, String help, DoubleSupplier value, String... labels) {}

    @Override
    public Timer timer(String name, String help, String... labels) {
        return nanos -> {};
    }

    private static final class AdderCounter implements Counter {
        private final LongAdder sum = new LongAdder();

        @Override
        public void add(long n) {
            sum.add(n);
        }

        @Override
        public long count() {
            return sum.sum();
        }
    }
}
