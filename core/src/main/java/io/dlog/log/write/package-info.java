/** The writer of a log, over its segments. */
@NullMarked
package io.dlog.log.write;

import org.jspecify.annotations.NullMarked;
