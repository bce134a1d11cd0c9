/** The cluster guide as a test. */
@NullMarked
package io.dlog.tutorials;

import org.jspecify.annotations.NullMarked;
