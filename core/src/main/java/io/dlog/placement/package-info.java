/** Which bookies a ledger's entries go to. */
@NullMarked
package io.dlog.placement;

import org.jspecify.annotations.NullMarked;
