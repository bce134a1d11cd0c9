/** The streams that a proxy owns, or tries to. */
@NullMarked
package io.dlog.proxy.stream;

import org.jspecify.annotations.NullMarked;
