package io.dlog.log;

import io.dlog.concurrent.Completions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits for futures on behalf of the blocking twins. Thread: safe, because it holds no state. */
public final class BlockingCalls {
    private BlockingCalls() {}

    /** The outcome of a future; must not be called on a lane, which would wait for itself. */
    public static <T> T await(CompletableFuture<T> future) throws DLException {
        waitFor(future);
        return future.join();
    }

    private static void waitFor(CompletableFuture<?> future) throws DLException {
        try {
            Object unused = future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DLException(StatusCode.INTERRUPTED, "interrupted while waiting", e);
        } catch (ExecutionException e) {
            Throwable cause = Completions.cause(e);
            if (cause instanceof DLException known) {
                throw known;
            }
            throw new DLException(StatusCode.UNEXPECTED, String.valueOf(cause.getMessage()), cause);
        }
    }
}
