/** The only reader of clocks and randomness. */
@NullMarked
package io.dlog.time;

import org.jspecify.annotations.NullMarked;
