/** Whole clusters and commands as real processes, which are killed, stopped and given nonsense. */
@NullMarked
package io.dlog.tools.process;

import org.jspecify.annotations.NullMarked;
