package io.dlog.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Decides which calls of an in-memory store fail as if ZooKeeper could not be reached.
 *
 * <p>Thread: safe, because all state is guarded.
 */
public final class StoreFaults {
    /** What happens to one call. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** Fails before it is applied. */
        REQUEST_LOST,
        /** Fails after it was applied. */
        REPLY_LOST
    }

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<Fault> planned = new ArrayDeque<>();

    @GuardedBy("lock")
    private Supplier<Fault> otherwise = () -> Fault.NONE;

    /** The next calls meet these, one each; then {@link #otherwise} decides again. */
    public void plan(Fault... faults) {
        synchronized (lock) {
            planned.addAll(List.of(faults));
        }
    }

    /** Decides about calls that nothing is planned for; for example {@code () -> REQUEST_LOST} while partitioned. */
    public void otherwise(Supplier<Fault> decision) {
        synchronized (lock) {
            otherwise = decision;
        }
    }

    Fault draw() {
        Supplier<Fault> decision;
        synchronized (lock) {
            Fault fault = planned.poll();
            if (fault != null) {
                return fault;
            }
            decision = otherwise;
        }
        return decision.get();
    }
}
