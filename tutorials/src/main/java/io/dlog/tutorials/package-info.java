/** Starts the tutorials, which lie in the packages below. */
@NullMarked
package io.dlog.tutorials;

import org.jspecify.annotations.NullMarked;
