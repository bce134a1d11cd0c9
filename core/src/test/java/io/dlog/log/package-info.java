/** Tests of this package. */
@NullMarked
package io.dlog.log;

import org.jspecify.annotations.NullMarked;
