/** Opens namespaces and logs: the composition root of the library. */
@NullMarked
package io.dlog.log.open;

import org.jspecify.annotations.NullMarked;
