package io.dlog.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.concurrent.Lane;
import io.dlog.log.LockingException;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.lock.WriteLock;
import io.dlog.testing.StoreFaults.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The queue for one log's write lock without ZooKeeper: the first in it owns the lock, and those of the same client and
 * session count as one owner.
 *
 * <p>Thread: safe, because all state is guarded; futures and callbacks run on the lane.
 */
public final class InMemoryWriteLocks {
    private final Object lock = new Object();
    private final Lane lane;
    private final StoreFaults faults;

    @GuardedBy("lock")
    private final List<Member> queue = new ArrayList<>();

    /** An unowned lock. */
    public InMemoryWriteLocks(Lane lane, StoreFaults faults) {
        this.lane = lane;
        this.faults = faults;
    }

    /** The lock as one client sees it. */
    public WriteLock lock(String clientId, long sessionId) {
        return new Member(clientId, sessionId);
    }

    /** Ends a session: its members leave the queue, and holders learn that they lost the lock. */
    public void expire(long sessionId) {
        List<Member> gone = new ArrayList<>();
        synchronized (lock) {
            for (Member member : List.copyOf(queue)) {
                if (member.sessionId == sessionId) {
                    queue.remove(member);
                    gone.add(member);
                }
            }
        }
        gone.forEach(Member::lose);
        grant();
    }

    private void grant() {
        List<Member> owners;
        synchronized (lock) {
            owners = queue.stream().filter(this::owns).toList();
        }
        owners.forEach(Member::hold);
    }

    private boolean owns(Member member) {
        synchronized (lock) {
            return !queue.isEmpty()
                    && queue.get(0).clientId.equals(member.clientId)
                    && queue.get(0).sessionId == member.sessionId;
        }
    }

    /** Thread: safe, because all state is guarded by the queue's lock. */
    private final class Member implements WriteLock {
        private final String clientId;
        private final long sessionId;

        @GuardedBy("lock")
        private boolean held;

        @GuardedBy("lock")
        private boolean isLost;

        @GuardedBy("lock")
        private @Nullable Runnable onLost;

        @GuardedBy("lock")
        private @Nullable CompletableFuture<Void> acquiring;

        Member(String clientId, long sessionId) {
            this.clientId = clientId;
            this.sessionId = sessionId;
        }

        @Override
        public CompletableFuture<Void> acquire(Duration timeout) {
            CompletableFuture<Void> result = new CompletableFuture<>();
            lane.execute(() -> {
                if (faults.draw() != Fault.NONE) {
                    result.completeExceptionally(new LockingException("metadata store did not answer"));
                    return;
                }
                synchronized (lock) {
                    if (held) {
                        result.complete(null);
                        return;
                    }
                    isLost = false;
                    acquiring = result;
                    queue.add(this);
                }
                if (owns(this)) {
                    hold();
                } else if (timeout.isZero()) {
                    giveUp(result);
                } else {
                    var unused = lane.schedule(() -> giveUp(result), timeout);
                }
            });
            return result;
        }

        private void giveUp(CompletableFuture<Void> result) {
            String owner;
            synchronized (lock) {
                if (result.isDone() || held || queue.isEmpty()) {
                    return;
                }
                owner = queue.get(0).clientId;
                queue.remove(this);
            }
            result.completeExceptionally(new OwnershipAcquireFailedException("", owner));
        }

        private void hold() {
            CompletableFuture<Void> result;
            synchronized (lock) {
                held = true;
                result = acquiring;
            }
            if (result != null) {
                lane.execute(() -> result.complete(null));
            }
        }

        private void lose() {
            Runnable callback;
            CompletableFuture<Void> result;
            synchronized (lock) {
                isLost = held;
                callback = held ? onLost : null;
                result = acquiring;
                held = false;
            }
            if (callback != null) {
                lane.execute(callback);
            } else if (result != null) {
                lane.execute(() -> result.completeExceptionally(new LockingException("session expired")));
            }
        }

        @Override
        public boolean isHeld() {
            synchronized (lock) {
                return held;
            }
        }

        @Override
        public void onLost(Runnable callback) {
            boolean wasLost;
            synchronized (lock) {
                onLost = callback;
                wasLost = isLost;
            }
            if (wasLost) {
                lane.execute(callback);
            }
        }

        @Override
        public CompletableFuture<Void> release() {
            CompletableFuture<Void> result = new CompletableFuture<>();
            lane.execute(() -> {
                synchronized (lock) {
                    held = false;
                    isLost = false;
                    queue.remove(this);
                }
                grant();
                result.complete(null);
            });
            return result;
        }
    }
}
