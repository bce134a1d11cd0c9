/** The journal: append, group commit, replay. */
@NullMarked
package io.dlog.bookie.journal;

import org.jspecify.annotations.NullMarked;
