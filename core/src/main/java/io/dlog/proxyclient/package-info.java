/** The write proxy's client. */
@NullMarked
package io.dlog.proxyclient;

import org.jspecify.annotations.NullMarked;
