package io.dlog.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Takes the outcome of a future to the thread that owns what it changes. Thread: safe, because it holds no state. */
public final class Completions {
    private Completions() {}

    /** Runs one of two callbacks on {@code owner} once the future is done; failures come without wrappers. */
    public static <T> void deliver(
            CompletableFuture<T> future, Executor owner, Consumer<? super T> onValue, Consumer<Throwable> onFailure) {
        CompletableFuture<?> unused = future.handleAsync(
                (value, failure) -> {
                    if (failure == null) {
                        onValue.accept(value);
                    } else {
                        onFailure.accept(cause(failure));
                    }
                    return Boolean.TRUE;
                },
                owner);
    }

    /** What went wrong, without the wrappers that futures put around it. */
    public static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof ExecutionException) {
            Throwable inner = cause.getCause();
            if (inner == null) {
                return cause;
            }
            cause = inner;
        }
        return cause;
    }
}
