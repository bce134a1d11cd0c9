/** The bookie as a process: settings, identity, start and stop. */
@NullMarked
package io.dlog.bookie;

import org.jspecify.annotations.NullMarked;
