/** The ledgers that this bookie has in hand: who may add, who fenced, who waits for the LAC. */
@NullMarked
package io.dlog.bookie.ledger;

import org.jspecify.annotations.NullMarked;
