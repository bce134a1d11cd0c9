/** The ports through which write proxies and their clients exchange bytes and find each other. */
@NullMarked
package io.dlog.proxyclient.transport;

import org.jspecify.annotations.NullMarked;
