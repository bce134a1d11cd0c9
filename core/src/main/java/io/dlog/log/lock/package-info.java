/** The write lock: one writer a log. */
@NullMarked
package io.dlog.log.lock;

import org.jspecify.annotations.NullMarked;
