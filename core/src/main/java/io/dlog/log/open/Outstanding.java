package io.dlog.log.open;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a namespace has given out and not got back: open readers, open writers, calls without an answer. All of it ends with
 * the namespace, before the threads that would complete it; so nobody waits for an answer that can't come.
 *
 * <p>Thread: safe, because the set is guarded; parts are ended outside the lock.
 */
final class Outstanding {
    private static final Logger LOG = LoggerFactory.getLogger(Outstanding.class);

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<Part> parts = new HashSet<>();

    @GuardedBy("lock")
    private boolean isClosed;

    /** Something that can be ended; equal to nothing but itself. */
    interface Part {
        /** Ends it; completes once it needs no thread any more. */
        CompletableFuture<?> end();
    }

    /** Keeps a part until {@code done} completes. One that comes after the end is ended at once. */
    void add(Part part, CompletableFuture<?> done) {
        synchronized (lock) {
            if (!isClosed) {
                parts.add(part);
            }
        }
        var unused = done.whenComplete((value, failure) -> remove(part));
        if (isClosed()) {
            var unusedEnd = part.end();
        }
    }

    private void remove(Part part) {
        synchronized (lock) {
            parts.remove(part);
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return isClosed;
        }
    }

    /** Ends all parts and waits for that, at most so long. */
    void endAll(Duration max) {
        List<Part> ending;
        synchronized (lock) {
            isClosed = true;
            ending = new ArrayList<>(parts);
        }
        CompletableFuture<?>[] ends = ending.stream().map(Part::end).toArray(CompletableFuture<?>[]::new);
        try {
            Object unused = CompletableFuture.allOf(ends).get(max.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.warn("a reader or writer did not end well with its namespace", e.getCause());
        } catch (TimeoutException e) {
            LOG.warn("readers or writers did not end with their namespace parts={} max={}", ends.length, max, e);
        }
    }
}
