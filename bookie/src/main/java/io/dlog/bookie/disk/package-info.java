/** The only door to files. */
@NullMarked
package io.dlog.bookie.disk;

import org.jspecify.annotations.NullMarked;
