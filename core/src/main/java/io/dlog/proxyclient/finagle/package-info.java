/** The write proxy's transport on Finagle; needs Finagle and Scala on the class path. */
@NullMarked
package io.dlog.proxyclient.finagle;

import org.jspecify.annotations.NullMarked;
