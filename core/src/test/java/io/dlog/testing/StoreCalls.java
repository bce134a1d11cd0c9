package io.dlog.testing;

import io.dlog.testing.StoreFaults.Fault;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * How an in-memory store answers: the request takes one trip over the executor, the reply another. An executor that delays
 * what it runs therefore delays both; {@code Runnable::run} answers before the call returns.
 *
 * <p>Thread: safe, because calls are applied one at a time under {@code state}'s lock.
 */
final class StoreCalls {
    private final Object state;
    private final Executor executor;
    private final StoreFaults faults;
    private final Supplier<? extends Exception> unavailable;

    StoreCalls(Object state, Executor executor, StoreFaults faults, Supplier<? extends Exception> unavailable) {
        this.state = state;
        this.executor = executor;
        this.faults = faults;
        this.unavailable = unavailable;
    }

    <T> CompletableFuture<T> call(Callable<T> change) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        executor.execute(() -> {
            Fault fault = faults.draw();
            if (fault == Fault.REQUEST_LOST) {
                executor.execute(() -> reply.completeExceptionally(unavailable.get()));
                return;
            }
            try {
                T result;
                synchronized (state) {
                    result = change.call();
                }
                executor.execute(
                        fault == Fault.REPLY_LOST
                                ? () -> reply.completeExceptionally(unavailable.get())
                                : () -> reply.complete(result));
            } catch (Exception e) {
                executor.execute(() -> reply.completeExceptionally(fault == Fault.REPLY_LOST ? unavailable.get() : e));
            }
        });
        return reply;
    }

    /** A change without a result. */
    CompletableFuture<Void> run(Change change) {
        return call(() -> {
                    change.run();
                    return true;
                })
                .thenAccept(done -> {});
    }

    /** Runs something later, such as a watch's callback. */
    void later(Runnable task) {
        executor.execute(task);
    }

    /** A change that may be refused. */
    interface Change {
        void run() throws Exception;
    }
}
