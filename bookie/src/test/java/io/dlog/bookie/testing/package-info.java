/** Stand-ins for a bookie's parts. */
@NullMarked
package io.dlog.bookie.testing;

import org.jspecify.annotations.NullMarked;
