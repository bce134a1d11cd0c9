/** The write proxy process. */
@NullMarked
package io.dlog.proxy;

import org.jspecify.annotations.NullMarked;
