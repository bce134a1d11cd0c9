package io.dlog.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.jvm.BufferPoolMetricSet;
import com.codahale.metrics.jvm.GarbageCollectorMetricSet;
import com.codahale.metrics.jvm.MemoryUsageGaugeSet;
import com.codahale.metrics.jvm.ThreadStatesGaugeSet;
import io.dlog.time.SystemClock;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Metrics kept in a Dropwizard registry, whose reporters then work as well. Labels become part of the registry's name:
 * {@code bookie_adds_total{outcome="fenced"}}.
 *
 * <p>Thread: safe, because the registry and the map of descriptions are.
 */
public final class DropwizardMetrics implements Metrics {
    private final MetricRegistry registry = new MetricRegistry();
    private final Map<String, Description> descriptions = new ConcurrentHashMap<>();

    /**
     * What is said about a metric. Thread: immutable.
     *
     * @param family name without labels
     * @param labels {@code a="x",b="y"}, empty when there are none
     */
    public record Description(String family, Unit unit, String help, String labels) {}

    /** An empty registry with the JVM's own metrics in it: {@code jvm.memory…}, {@code jvm.gc…}, {@code jvm.buffers…}. */
    public static DropwizardMetrics withJvm() {
        DropwizardMetrics metrics = new DropwizardMetrics();
        metrics.registry.registerAll("jvm.memory", new MemoryUsageGaugeSet());
        metrics.registry.registerAll("jvm.gc", new GarbageCollectorMetricSet());
        metrics.registry.registerAll("jvm.threads", new ThreadStatesGaugeSet());
        metrics.registry.registerAll(
                "jvm.buffers", new BufferPoolMetricSet(ManagementFactory.getPlatformMBeanServer()));
        return metrics;
    }

    /** The registry, for Dropwizard's reporters. */
    public MetricRegistry registry() {
        return registry;
    }

    @Override
    public Counter counter(String name, Unit unit, String help, String... labels) {
        return new RegisteredCounter(registry.counter(describe(name, unit, help, labels)));
    }

    @Override
    public void gauge(String name, Unit unit, String help, DoubleSupplier value, String... labels) {
        String full = describe(name, unit, help, labels);
        registry.remove(full);
        registry.register(full, (Gauge<Double>) value::getAsDouble);
    }

    @Override
    public Timer timer(String name, String help, String... labels) {
        com.codahale.metrics.Timer timer =
                registry.timer(describe(name, Unit.SECONDS, help, labels), RegisteredTimer::new);
        return nanos -> timer.update(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    /** What is said about each metric, by its name in the registry; without the JVM's own. */
    public Collection<Map.Entry<String, Description>> descriptions() {
        return Collections.unmodifiableSet(descriptions.entrySet());
    }

    private String describe(String name, Unit unit, String help, String... labels) {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException("labels come in pairs: " + name);
        }
        StringBuilder pairs = new StringBuilder();
        for (int i = 0; i < labels.length; i += 2) {
            pairs.append(i == 0 ? "" : ",")
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        String full = pairs.isEmpty() ? name : name + "{" + pairs + "}";
        descriptions.put(full, new Description(name, unit, help, pairs.toString()));
        return full;
    }

    private record RegisteredCounter(com.codahale.metrics.Counter counter) implements Counter {
        @Override
        public void add(long n) {
            counter.inc(n);
        }

        @Override
        public long count() {
            return counter.getCount();
        }
    }

    /** Dropwizard's timer over our buckets, which also keep the sum that Prometheus wants. */
    static final class RegisteredTimer extends com.codahale.metrics.Timer {
        private final LogBuckets buckets;

        RegisteredTimer() {
            this(new LogBuckets(SystemClock.INSTANCE));
        }

        private RegisteredTimer(LogBuckets buckets) {
            super(buckets);
            this.buckets = buckets;
        }

        long sumNanos() {
            return buckets.sum();
        }
    }
}
