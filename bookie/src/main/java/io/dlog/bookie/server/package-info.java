/** Bookie requests from socket to storage and back: one handler a kind of request. */
@NullMarked
package io.dlog.bookie.server;

import org.jspecify.annotations.NullMarked;
