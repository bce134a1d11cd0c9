package io.dlog.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.lock.WriteLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link WriteLock} does. */
public abstract class WriteLockContract {
    /** The one log's lock, as a client in one of two sessions sees it. */
    protected abstract WriteLock lock(String clientId, int session);

    /** Ends a session. */
    protected abstract void expire(int session) throws Exception;

    /** Waits for a result. */
    protected static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void oneOwnsItAndTheOtherLearnsWho() throws Exception {
        WriteLock first = lock("first;1", 0);
        WriteLock second = lock("second;2", 1);
        get(first.acquire(Duration.ZERO));
        assertThat(first.isHeld()).isTrue();
        assertThatThrownBy(() -> get(second.acquire(Duration.ZERO)))
                .cause()
                .isInstanceOfSatisfying(
                        OwnershipAcquireFailedException.class,
                        e -> assertThat(e.getCurrentOwner()).isEqualTo("first;1"));
        assertThat(second.isHeld()).isFalse();
        get(first.release());
        assertThat(first.isHeld()).isFalse();
        get(second.acquire(Duration.ZERO));
        assertThat(second.isHeld()).isTrue();
        get(second.release());
    }

    @Test
    void aWaitingClientGetsItWhenItIsReleased() throws Exception {
        WriteLock first = lock("first", 0);
        WriteLock second = lock("second", 1);
        get(first.acquire(Duration.ZERO));
        CompletableFuture<Void> waiting = second.acquire(Duration.ofSeconds(20));
        get(first.release());
        get(waiting);
        assertThat(second.isHeld()).isTrue();
        get(second.release());
    }

    @Test
    void waitingEndsInTime() throws Exception {
        WriteLock first = lock("first", 0);
        WriteLock second = lock("second", 1);
        get(first.acquire(Duration.ZERO));
        assertThatThrownBy(() -> get(second.acquire(Duration.ofMillis(50))))
                .hasCauseInstanceOf(OwnershipAcquireFailedException.class);
        get(first.release());
        get(second.acquire(Duration.ZERO));
        get(second.release());
    }

    @Test
    void theSameClientInTheSameSessionOwnsItTwice() throws Exception {
        WriteLock first = lock("same", 0);
        WriteLock again = lock("same", 0);
        WriteLock elsewhere = lock("same", 1);
        get(first.acquire(Duration.ZERO));
        get(again.acquire(Duration.ZERO));
        assertThatThrownBy(() -> get(elsewhere.acquire(Duration.ZERO)))
                .hasCauseInstanceOf(OwnershipAcquireFailedException.class);
        get(first.release());
        assertThat(again.isHeld()).isTrue();
        get(again.release());
    }

    @Test
    void anExpiredSessionLosesItAndTheNextGetsIt() throws Exception {
        WriteLock first = lock("first", 0);
        WriteLock second = lock("second", 1);
        CompletableFuture<Void> lost = new CompletableFuture<>();
        first.onLost(() -> lost.complete(null));
        get(first.acquire(Duration.ZERO));
        CompletableFuture<Void> waiting = second.acquire(Duration.ofSeconds(20));
        expire(0);
        get(lost);
        assertThat(first.isHeld()).isFalse();
        get(waiting);
        get(second.release());
        get(first.acquire(Duration.ofSeconds(20)));
        assertThat(first.isHeld()).isTrue();
        get(first.release());
    }

    @Test
    void whoAsksAfterTheLossIsToldAtOnce() throws Exception {
        WriteLock first = lock("first", 0);
        WriteLock second = lock("second", 1);
        CompletableFuture<Void> early = new CompletableFuture<>();
        first.onLost(() -> early.complete(null));
        get(first.acquire(Duration.ZERO));
        expire(0);
        get(early);
        CompletableFuture<Void> late = new CompletableFuture<>();
        first.onLost(() -> late.complete(null));
        get(late);
        get(second.acquire(Duration.ofSeconds(20)));
        get(second.release());
    }

    @Test
    void givingBackWhatIsNotHeldIsFine() throws Exception {
        get(lock("first", 0).release());
    }
}
