/** Where entries lie, and what is kept about ledgers. */
@NullMarked
package io.dlog.bookie.index;

import org.jspecify.annotations.NullMarked;
