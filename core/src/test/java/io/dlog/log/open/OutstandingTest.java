package io.dlog.log.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class OutstandingTest {
    private static final Duration MAX = Duration.ofSeconds(10);

    private final Outstanding outstanding = new Outstanding();
    private final AtomicInteger ends = new AtomicInteger();

    private CompletableFuture<Boolean> end() {
        ends.incrementAndGet();
        return CompletableFuture.completedFuture(true);
    }

    @Test
    void endsWhatIsNotDone() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        outstanding.add(this::end, done);
        outstanding.add(this::end, new CompletableFuture<>());
        done.complete(null);
        outstanding.endAll(MAX);
        assertThat(ends).hasValue(1);
    }

    @Test
    void forgetsWhatIsDoneWhenItComes() {
        outstanding.add(this::end, CompletableFuture.completedFuture(null));
        outstanding.endAll(MAX);
        assertThat(ends).hasValue(0);
    }

    @Test
    void endsWhatComesAfterTheEnd() {
        outstanding.endAll(MAX);
        outstanding.add(this::end, new CompletableFuture<>());
        assertThat(ends).hasValue(1);
    }

    @Test
    void goesOnWhenAPartDoesNotEndWell() {
        outstanding.add(
                () -> CompletableFuture.failedFuture(new IllegalStateException("no")), new CompletableFuture<>());
        outstanding.add(CompletableFuture::new, new CompletableFuture<>());
        outstanding.add(this::end, new CompletableFuture<>());
        outstanding.endAll(Duration.ofMillis(50));
        assertThat(ends).hasValue(1);
    }
}
