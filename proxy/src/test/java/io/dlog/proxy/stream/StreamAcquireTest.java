package io.dlog.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.concurrent.ThreadScheduler;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.proxy.testing.FakeNamespace;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream whose writer does not open. */
@Timeout(30)
class StreamAcquireTest {
    private static final StreamConfig CONFIG = new StreamConfig(
            "me",
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ZERO,
            Duration.ofSeconds(1),
            false,
            10,
            10);

    private final ThreadScheduler scheduler = new ThreadScheduler("test", 1);
    private final FakeNamespace.Logs logs = new FakeNamespace.Logs();
    private final Streams streams = new Streams(CONFIG, new FakeNamespace(logs, "me"), scheduler);

    @AfterEach
    void close() {
        streams.close(Duration.ofSeconds(5));
        scheduler.close();
    }

    private CompletableFuture<DLSN> write() {
        StreamOp.Write op = new StreamOp.Write(new byte[1]);
        streams.submit("s", op);
        return op.result();
    }

    private static StatusCode codeOf(CompletableFuture<?> future) {
        Throwable failure = future.handle((value, thrown) -> thrown)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        if (failure instanceof DLException known) {
            return known.getCode();
        }
        throw new AssertionError("ended without a status", failure);
    }

    @Test
    void whatWaitsForAWriterThatNeverOpensFails() {
        logs.gateOpens(new CompletableFuture<>());

        assertThat(codeOf(write())).isEqualTo(StatusCode.STREAM_UNAVAILABLE);
        assertThat(codeOf(write())).isEqualTo(StatusCode.STREAM_UNAVAILABLE);
    }

    @Test
    void aWriterThatOpensTooLateIsAbortedAndTheStreamCanBeAcquiredAgain() throws Exception {
        CompletableFuture<Void> late = new CompletableFuture<>();
        logs.gateOpens(late);
        assertThat(codeOf(write())).isEqualTo(StatusCode.STREAM_UNAVAILABLE);
        CompletableFuture<Void> released = logs.nextRelease();
        logs.gateOpens(CompletableFuture.completedFuture(null));

        late.complete(null);
        released.get(10, TimeUnit.SECONDS);

        assertThat(write().get(10, TimeUnit.SECONDS)).isEqualTo(new DLSN(1, 0, 0));
        assertThat(logs.owner("s")).isEqualTo("me");
    }
}
