package io.dlog.metadata.zookeeper;

/**
 * What ZooKeeper says about a node that is there. Thread: immutable.
 *
 * @param data may be empty
 * @param version of the data, for a compare-and-set
 * @param ephemeralOwner session whose end removes it, 0 when persistent
 * @param childCount nodes directly below
 */
public record ZNode(byte[] data, int version, long ephemeralOwner, int childCount) {}
