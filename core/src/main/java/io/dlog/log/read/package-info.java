/** Readers of a log, over its segments. */
@NullMarked
package io.dlog.log.read;

import org.jspecify.annotations.NullMarked;
