/** What the components count and time, and the page on which operators see it. */
@NullMarked
package io.dlog.metrics;

import org.jspecify.annotations.NullMarked;
