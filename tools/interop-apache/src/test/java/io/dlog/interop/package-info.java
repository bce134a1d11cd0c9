/** Our side against Apache's published jars, on one class path. */
@NullMarked
package io.dlog.interop;

import org.jspecify.annotations.NullMarked;
