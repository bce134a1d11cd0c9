/** Entry logs: sorted entries, checksummed, readable by Apache BookKeeper. */
@NullMarked
package io.dlog.bookie.entrylog;

import org.jspecify.annotations.NullMarked;
