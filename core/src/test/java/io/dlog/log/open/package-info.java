/** Tests of this package. */
@NullMarked
package io.dlog.log.open;

import org.jspecify.annotations.NullMarked;
