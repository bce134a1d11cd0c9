/** Simulated disks and index stores that lose power, for tests of the bookie's storage. */
@NullMarked
package io.dlog.bookie.testing;

import org.jspecify.annotations.NullMarked;
