/** Logs, their segments and locks in ZooKeeper, byte for byte as DistributedLog keeps them. */
@NullMarked
package io.dlog.log.zookeeper;

import org.jspecify.annotations.NullMarked;
