/** What a proxy takes at once. */
@NullMarked
package io.dlog.proxy.limit;

import org.jspecify.annotations.NullMarked;
