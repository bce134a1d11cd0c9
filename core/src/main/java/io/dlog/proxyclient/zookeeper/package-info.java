/** The list of write proxies in ZooKeeper, as Finagle server sets are. */
@NullMarked
package io.dlog.proxyclient.zookeeper;

import org.jspecify.annotations.NullMarked;
