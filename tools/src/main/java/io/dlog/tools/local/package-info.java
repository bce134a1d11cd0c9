/** A whole cluster in one process. */
@NullMarked
package io.dlog.tools.local;

import org.jspecify.annotations.NullMarked;
