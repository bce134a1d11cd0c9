/** The write proxy's messages and their Thrift bytes, both directions. */
@NullMarked
package io.dlog.proxyclient.protocol;

import org.jspecify.annotations.NullMarked;
