/** The write proxy's transport on plain Netty; brings no Scala. */
@NullMarked
package io.dlog.proxyclient.netty;

import org.jspecify.annotations.NullMarked;
