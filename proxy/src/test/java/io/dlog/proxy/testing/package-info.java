/** Fakes of what a proxy stands on. */
@NullMarked
package io.dlog.proxy.testing;

import org.jspecify.annotations.NullMarked;
