package io.dlog.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.bookie.testing.StepScheduler;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LogBufferTest {
    private static final int SEGMENT_BYTES = 32 << 10;
    private static final int BODY_BYTES = 1000;

    private final StepScheduler scheduler = new StepScheduler(1);
    private final AtomicInteger allocated = new AtomicInteger();

    private LogBuffer<Object> buffer(int segmentsInMemory) {
        LogBuffer<Object> buffer = new LogBuffer<>(
                new LogBufferConfig(8 * SEGMENT_BYTES, SEGMENT_BYTES),
                scheduler.blockingLane("log-buffer"),
                Object::new,
                bytes -> {
                    if (allocated.getAndIncrement() >= segmentsInMemory) {
                        throw new OutOfMemoryError("injected");
                    }
                    return AlignedMemory.allocate(bytes);
                });
        buffer.begin(0, 1);
        return buffer;
    }

    private static int fill(LogBuffer<Object> buffer) {
        int claims = 0;
        while (buffer.claim(BODY_BYTES) != null) {
            claims++;
        }
        return claims;
    }

    @Test
    void goesOnWithTheMemoryThereIsWhenTheJvmHasNoMore() {
        LogBuffer<Object> buffer = buffer(1);
        AtomicInteger woken = new AtomicInteger();
        int claims = fill(buffer);
        assertThat(claims).isPositive();
        buffer.whenWritable(woken::incrementAndGet);
        scheduler.runAll();
        assertThat(woken).as("woken to find that there is no more").hasValue(1);

        for (int round = 2; round < 5; round++) {
            assertThat(fill(buffer)).isZero();
            buffer.whenWritable(woken::incrementAndGet);
            Generation<Object> closed = buffer.oldestClosed();
            if (closed == null) {
                throw new AssertionError("nothing to flush that would make room");
            }
            buffer.hide(closed);
            buffer.release(closed);
            assertThat(woken).hasValue(round);
            assertThat(fill(buffer)).isEqualTo(claims);
            scheduler.runAll();
        }
        assertThat(allocated).as("not asked again and again").hasValue(2);
    }
}
