/** Lanes: one thread at a time per object, and the port that hands them out. */
@NullMarked
package io.dlog.concurrent;

import org.jspecify.annotations.NullMarked;
