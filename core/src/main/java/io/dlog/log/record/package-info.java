/** Records, their positions and their bytes. */
@NullMarked
package io.dlog.log.record;

import org.jspecify.annotations.NullMarked;
