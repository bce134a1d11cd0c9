/** The write proxy's service: requests in, answers out. */
@NullMarked
package io.dlog.proxy.server;

import org.jspecify.annotations.NullMarked;
