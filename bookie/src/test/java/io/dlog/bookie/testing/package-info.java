/** Stand-ins for a bookie's parts, and simulated disks and index stores that lose power. */
@NullMarked
package io.dlog.bookie.testing;

import org.jspecify.annotations.NullMarked;
