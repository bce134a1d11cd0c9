/** Pure arithmetic of quorums: which bookies hold an entry, how many answers are enough. */
@NullMarked
package io.dlog.quorum;

import org.jspecify.annotations.NullMarked;
