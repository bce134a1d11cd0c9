/** The vocabulary of ledgers: identities, metadata, digests. */
@NullMarked
package io.dlog.ledger;

import org.jspecify.annotations.NullMarked;
