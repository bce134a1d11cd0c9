/** Metadata in ZooKeeper, byte for byte as Apache BookKeeper 4.17 keeps it. */
@NullMarked
package io.dlog.metadata.zookeeper;

import org.jspecify.annotations.NullMarked;
