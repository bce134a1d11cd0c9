/** Tests of this package. */
@NullMarked
package io.dlog.log.write;

import org.jspecify.annotations.NullMarked;
