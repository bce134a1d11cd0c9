/** Connections to bookies. */
@NullMarked
package io.dlog.transport;

import org.jspecify.annotations.NullMarked;
