/** Ports to the metadata store. */
@NullMarked
package io.dlog.metadata;

import org.jspecify.annotations.NullMarked;
