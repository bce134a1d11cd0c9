package io.dlog.testing;

import io.dlog.ledger.BookieId;
import io.dlog.protocol.WireVersion;
import org.jspecify.annotations.Nullable;

/**
 * A simulated bookie that can be made to fail, and whose disk the simulation can look into.
 *
 * <p>Thread: owned by the simulation's thread.
 */
public interface CrashableBookie extends SimulatedBookie {
    /** Makes the bookies of a cluster, each with a seed of its own. */
    interface Factory {
        CrashableBookie make(BookieId id, SimulatedScheduler world, SimulatedRandomness random, SimulatedTrace trace);
    }

    /** Who it is. */
    BookieId id();

    /** The wire version in which its clients speak to it; told before the first request. */
    default void speak(WireVersion version) {}

    /** Runs {@code kill} when the time of the crash has come: now, or in the middle of a write that follows soon. */
    default void chooseMoment(Runnable kill) {
        kill.run();
    }

    /** The power goes: what was not synced is lost or torn. Without effect on one that is down. */
    void crash();

    /** Starts it again, unless it runs, and calls back when it serves. */
    default void restart(Runnable whenServing) {
        whenServing.run();
    }

    /** Longest time of one sync. */
    void syncMicrosMax(long micros);

    /** One read in so many meets disk trouble; 0 none. */
    void readErrorOneIn(int n);

    /** The stored bytes of an entry that would survive a crash now. */
    byte @Nullable [] durableEntry(long ledgerId, long entryId);

    /** Counts happenings after which something may be durable that was not before, or no longer. */
    long durableChanges();

    /** Whether it has a disk that can fail and a process that can be paused: the next three do something. */
    default boolean isMachine() {
        return false;
    }

    /** One of its next writes fails. */
    default void failSomeWrite() {}

    /** Its process stands still; what is sent to it waits. */
    default void pause() {}

    /** Its process goes on. */
    default void resume() {}
}
