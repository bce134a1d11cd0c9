package io.dlog.log.segment;

import io.dlog.log.LogConfig;
import java.time.Duration;

/**
 * When a segment is completed and the next one begun: by age when an interval is set, else by size.
 *
 * <p>Thread: immutable.
 *
 * @param interval age, zero to roll by size
 * @param sizeBytes size of the records handed in
 */
public record RollingPolicy(Duration interval, long sizeBytes) {
    /** Positions in a segment are 32 bits wide; far below that a segment is rolled whatever the settings say. */
    private static final int RECORDS_MAX = 1_000_000_000;

    public static RollingPolicy of(LogConfig config) {
        return new RollingPolicy(config.rollingInterval(), config.maxLogSegmentBytes());
    }

    /** Whether a segment of that age and content should be rolled. */
    public boolean isDue(Duration age, long bytes, int records) {
        if (records == 0) {
            return false;
        }
        boolean due = interval.isZero() ? bytes >= sizeBytes : age.compareTo(interval) >= 0;
        return due || records >= RECORDS_MAX;
    }
}
