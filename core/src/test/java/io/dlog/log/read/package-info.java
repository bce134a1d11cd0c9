/** Tests of this package. */
@NullMarked
package io.dlog.log.read;

import org.jspecify.annotations.NullMarked;
