package io.dlog.metadata.zookeeper;

import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How futures of ZooKeeper's answers are told apart. Thread: immutable. */
public final class Outcomes {
    private Outcomes() {}

    /** The failure itself, without the wrapper that dependent futures put around it. */
    public static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Why a call failed; null for failures that aren't the store's. */
    public static @Nullable Reason reason(Throwable failure) {
        return unwrapped(failure) instanceof MetadataException e ? e.reason() : null;
    }

    /** The same future, except that a failure for {@code reason} is answered by {@code otherwise}. */
    public static <T extends @Nullable Object> CompletableFuture<T> recover(
            CompletableFuture<T> future, Reason reason, Supplier<CompletableFuture<T>> otherwise) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        var unused = future.whenComplete((result, failure) -> {
            if (failure != null && reason(failure) == reason) {
                forward(otherwise.get(), outcome);
            } else {
                complete(outcome, result, failure);
            }
        });
        return outcome;
    }

    /** Completes {@code to} as {@code from} completes; failures without wrapper. */
    public static <T extends @Nullable Object> void forward(CompletableFuture<T> from, CompletableFuture<T> to) {
        var unused = from.whenComplete((result, failure) -> complete(to, result, failure));
    }

    private static <T extends @Nullable Object> void complete(
            CompletableFuture<T> to, T result, @Nullable Throwable failure) {
        if (failure == null) {
            to.complete(result);
        } else {
            to.completeExceptionally(unwrapped(failure));
        }
    }

    /** The same outcome, whose failure is the exception itself and not a wrapper. */
    public static <T extends @Nullable Object> CompletableFuture<T> plain(CompletableFuture<T> future) {
        CompletableFuture<T> plain = new CompletableFuture<>();
        forward(future, plain);
        return plain;
    }
}
