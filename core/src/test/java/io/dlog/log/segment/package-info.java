/** Tests of this package. */
@NullMarked
package io.dlog.log.segment;

import org.jspecify.annotations.NullMarked;
