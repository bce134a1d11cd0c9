package io.dlog.concurrent;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Messages for an object that a lane owns, handed over in bunches: the first message into an empty inbox wakes the lane,
 * those that come before the lane gets there ride along. So a burst costs the lane one task and no allocation but the
 * messages themselves.
 *
 * <pre>
 *   senders --push--> m3 -> m2 -> m1      newest first; the lane takes all, turns them round, runs m1 m2 m3
 * </pre>
 *
 * <p>Messages of one sender run in the order of its calls.
 *
 * <p>Thread: safe; messages run on the lane.
 */
public final class Inbox {
    /** Something to do on the lane; sent at most once at a time. */
    public abstract static class Message {
        private @Nullable Message next;

        /** Runs on the lane. */
        protected abstract void run();
    }

    private final Lane lane;
    private final AtomicReference<@Nullable Message> newest = new AtomicReference<>();
    private final Runnable drain = this::drain;

    public Inbox(Lane lane) {
        this.lane = lane;
    }

    /** Hands a message over. */
    public void send(Message message) {
        Message before;
        do {
            before = newest.get();
            message.next = before;
        } while (!newest.compareAndSet(before, message));
        if (before == null) {
            lane.execute(drain);
        }
    }

    private void drain() {
        Message oldest = null;
        Message message = newest.getAndSet(null);
        while (message != null) {
            Message following = message.next;
            message.next = oldest;
            oldest = message;
            message = following;
        }
        runAll(oldest);
    }

    /**
     * A message that throws is the lane's to log; those behind it still run, and run first: in another task they could
     * come after younger ones, whose drain may wait in the lane already.
     */
    private static void runAll(@Nullable Message first) {
        Throwable failure = null;
        Message message = first;
        while (message != null) {
            Message following = message.next;
            message.next = null;
            try {
                message.run();
            } catch (RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
            message = following;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }
}
