package io.dlog.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

final class LogBucketsProperties {
    @Property
    void putsEachValueBetweenTheBoundsOfItsBucket(@ForAll @LongRange(min = 0) long value) {
        int bucket = LogBuckets.bucket(value);
        assertThat(LogBuckets.upperBound(bucket)).isGreaterThanOrEqualTo(value);
        if (bucket > 0) {
            assertThat(LogBuckets.upperBound(bucket - 1)).isLessThan(value);
        }
        assertThat((double) LogBuckets.upperBound(bucket)).isLessThanOrEqualTo(value * 1.125 + 1);
    }
}
