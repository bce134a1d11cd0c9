/** What a proxy stands on, as a fake and as the real thing. */
@NullMarked
package io.dlog.proxy.testing;

import org.jspecify.annotations.NullMarked;
