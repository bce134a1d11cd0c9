/** The ledger client. */
@NullMarked
package io.dlog.client;

import org.jspecify.annotations.NullMarked;
