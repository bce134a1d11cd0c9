package io.dlog.proxyclient.transport;

import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The port to the list of write proxies of one namespace. Adapter: {@code io.dlog.proxyclient.zookeeper}.
 *
 * <p>Thread: safe.
 */
public interface ServerSet extends AutoCloseable {
    /**
     * Adds a member, and adds it again whenever the store forgets it; returns once it can be seen.
     *
     * @throws IOException naming the store when it does not answer
     */
    Announcement announce(ServerSetMember member) throws IOException;

    /**
     * Calls back with all members: once soon, and after each change. Members that can't be read are left out. While the
     * store is not there the last list holds.
     *
     * @param onChange must not block; called by one thread at a time
     * @throws IOException naming the store when it does not answer
     */
    void watch(Consumer<Set<ServerSetMember>> onChange) throws IOException;

    /** Withdraws what was announced and ends the watches. */
    @Override
    void close();

    /** A member that stands in the list. Thread: safe. */
    interface Announcement {
        /** Takes the member from the list; returns once it is gone. */
        void withdraw() throws IOException;
    }
}
