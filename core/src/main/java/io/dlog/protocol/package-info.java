/** The bookie wire protocol: one request model, two codecs. */
@NullMarked
package io.dlog.protocol;

import org.jspecify.annotations.NullMarked;
