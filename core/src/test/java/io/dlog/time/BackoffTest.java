package io.dlog.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.SimulatedRandomness;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void doublesUpToTheLimitAndCutsOffAtMostHalf() {
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(45), new SimulatedRandomness(1));
        for (long most : new long[] {10, 20, 40, 45, 45}) {
            assertThat(backoff.next()).isBetween(Duration.ofMillis(most).dividedBy(2), Duration.ofMillis(most));
        }
    }
}
