package io.dlog.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Brings the outcome of a future to the lane that wants it. Thread: immutable. */
public final class Handover {
    private Handover() {}

    /** What to do with an outcome: exactly one of the two is there, unless the value is of type {@code Void}. */
    public interface Continuation<T> {
        void accept(@Nullable T value, @Nullable Throwable failure);
    }

    /**
     * Runs {@code then} on the lane once the future is complete, with its value or with its failure, unwrapped. What
     * {@code then} throws goes to the lane.
     */
    public static <T> void to(Executor lane, CompletableFuture<T> future, Continuation<T> then) {
        var unused = future.whenComplete((value, failure) -> lane.execute(() -> then.accept(value, unwrap(failure))));
    }

    /** Completes {@code to} as {@code from} completes, with the failure itself and not a wrapper. */
    public static <T> void complete(CompletableFuture<T> from, CompletableFuture<T> to) {
        var unused = from.whenComplete((value, failure) -> {
            if (failure != null) {
                to.completeExceptionally(unwrapped(failure));
            } else {
                to.complete(value);
            }
        });
    }

    private static @Nullable Throwable unwrap(@Nullable Throwable failure) {
        return failure == null ? null : unwrapped(failure);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
