/** Log segments: metadata, writer, reader, rolling. */
@NullMarked
package io.dlog.log.segment;

import org.jspecify.annotations.NullMarked;
