/** Stand-ins for a bookie's parts: disks and index stores that lose power, a storage in memory. */
@NullMarked
package io.dlog.bookie.testing;

import org.jspecify.annotations.NullMarked;
