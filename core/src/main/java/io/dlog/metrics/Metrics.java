package io.dlog.metrics;

import java.util.function.DoubleSupplier;

/**
 * The port through which components announce what they measure. A metric has a name in base units and snake case
 * ({@code bookie_journal_sync_seconds}), a unit, a sentence for the person who reads it, and labels of few values.
 *
 * <p>Asking twice for the same counter or timer gives the same one; a second gauge replaces the first.
 *
 * <p>Thread: safe.
 */
public interface Metrics {
    /** What the numbers count. */
    enum Unit {
        NONE,
        SECONDS,
        BYTES
    }

    /**
     * A number that only grows.
     *
     * @param labels name, value, name, value …
     */
    Counter counter(String name, Unit unit, String help, String... labels);

    /** A number that is looked at when asked for; {@code value} is called on the asking thread and must not block. */
    void gauge(String name, Unit unit, String help, DoubleSupplier value, String... labels);

    /** How long something takes, and how often it happens. Unit: seconds. */
    Timer timer(String name, String help, String... labels);

    /** Measures nothing; for tests and tools. */
    static Metrics none() {
        return NoMetrics.INSTANCE;
    }
}
