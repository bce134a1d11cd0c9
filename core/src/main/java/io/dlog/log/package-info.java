/** The public API of the log library; type names are DistributedLog's. */
@NullMarked
package io.dlog.log;

import org.jspecify.annotations.NullMarked;
