package io.dlog.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class EntryAvailabilityProperties {
    @Property
    void tellsEveryEntryThatIsHereAndNoOther(@ForAll @Size(max = 40) Set<@LongRange(min = 0, max = 60) Long> ids) {
        TreeSet<Long> sorted = new TreeSet<>(ids);
        byte[] encoded = EntryAvailability.encode(
                sorted.stream().mapToLong(Long::longValue).toArray());
        assertThat(decode(encoded)).isEqualTo(sorted);
    }

    @Test
    void takesOneGroupForAStripe() {
        long[] everyThird = new long[1000];
        for (int i = 0; i < everyThird.length; i++) {
            everyThird[i] = 3L * i;
        }
        assertThat(EntryAvailability.encode(everyThird)).hasSize(64 + 24);
    }

    private static Set<Long> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertThat(in.getInt()).isZero();
        int groups = in.getInt();
        in.position(64);
        Set<Long> ids = new TreeSet<>();
        for (int g = 0; g < groups; g++) {
            long first = in.getLong();
            long last = in.getLong();
            int size = in.getInt();
            int period = in.getInt();
            for (long s = first; s <= last; s += Math.max(1, period)) {
                for (int i = 0; i < size; i++) {
                    ids.add(s + i);
                }
                if (period == 0) {
                    break;
                }
            }
        }
        assertThat(in.remaining()).isZero();
        return ids;
    }
}
