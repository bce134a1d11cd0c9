package io.dlog.metrics;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.UniformSnapshot;
import com.codahale.metrics.WeightedSnapshot;
import com.codahale.metrics.WeightedSnapshot.WeightedSample;
import io.dlog.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts values in buckets that grow by an eighth: a quantile is off by at most 12.5 % and recording is one atomic add.
 *
 * <pre>
 *   value   0 … 15    16 17  18 19 … 30 31   32…35 …       8 buckets to each power of two from 16 on
 *   bucket  0 … 15    16     17      23      24 …
 * </pre>
 *
 * <p>Looks back one to two {@link #WINDOW_NANOS} from the last look: the first look after a window has passed starts a new one
 * and keeps the old one beside it.
 *
 * <p>Thread: safe; a value recorded while the windows change may count in either.
 */
final class LogBuckets implements Reservoir {
    private static final long WINDOW_NANOS = 60_000_000_000L;
    private static final int SUB_BITS = 3;
    private static final int BUCKETS = (64 - SUB_BITS) << SUB_BITS;

    private final Clock clock;
    private final LongAdder sum = new LongAdder();
    private volatile AtomicLongArray current = new AtomicLongArray(BUCKETS);
    private AtomicLongArray previous = new AtomicLongArray(BUCKETS);
    private long windowStartNanos;

    LogBuckets(Clock clock) {
        this.clock = clock;
        this.windowStartNanos = clock.nanoTime();
    }

    @Override
    public int size() {
        return BUCKETS;
    }

    @Override
    public void update(long value) {
        long v = Math.max(0, value);
        sum.add(v);
        current.getAndIncrement(bucket(v));
    }

    /** Sum of all values ever recorded. */
    long sum() {
        return sum.sum();
    }

    @Override
    public synchronized Snapshot getSnapshot() {
        long now = clock.nanoTime();
        if (now - windowStartNanos > WINDOW_NANOS) {
            previous = current;
            current = new AtomicLongArray(BUCKETS);
            windowStartNanos = now;
        }
        List<WeightedSample> samples = new ArrayList<>();
        for (int b = 0; b < BUCKETS; b++) {
            long n = current.get(b) + previous.get(b);
            if (n > 0) {
                samples.add(new WeightedSample(upperBound(b), n));
            }
        }
        return samples.isEmpty() ? new UniformSnapshot(new long[0]) : new WeightedSnapshot(samples);
    }

    static int bucket(long value) {
        int top = 63 - Long.numberOfLeadingZeros(value | (1 << SUB_BITS));
        int shift = top - SUB_BITS;
        return (int) ((((long) shift) << SUB_BITS) + (value >>> shift));
    }

    /** The largest value in a bucket. */
    static long upperBound(int bucket) {
        if (bucket < 2 << SUB_BITS) {
            return bucket;
        }
        int shift = (bucket >> SUB_BITS) - 1;
        long first = ((long) (bucket & ((1 << SUB_BITS) - 1)) + (1 << SUB_BITS)) << shift;
        return first + (1L << shift) - 1;
    }
}
