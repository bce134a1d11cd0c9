package io.dlog.metadata.zookeeper;

/** Learns of ends and beginnings of ZooKeeper sessions. Called on ZooKeeper's event thread; must not block. */
public interface SessionListener {
    /** The session ended, and with it all its ephemeral nodes and watches. */
    void expired(long generation);

    /** A session, the first or a later one, was established. */
    void established(long generation);
}
