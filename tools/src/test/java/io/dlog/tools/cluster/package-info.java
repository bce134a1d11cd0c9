/** The log library over real bookies and a real ZooKeeper. */
@NullMarked
package io.dlog.tools.cluster;

import org.jspecify.annotations.NullMarked;
