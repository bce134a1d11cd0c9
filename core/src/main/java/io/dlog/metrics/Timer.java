package io.dlog.metrics;

/** A distribution of durations. Thread: safe; recording costs some tens of nanoseconds and never blocks. */
public interface Timer {
    /** Takes in one duration; a negative one counts as zero. */
    void record(long nanos);
}
