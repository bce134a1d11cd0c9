/** Entries and ledger states, from log buffer to disk and back. */
@NullMarked
package io.dlog.bookie.storage;

import org.jspecify.annotations.NullMarked;
