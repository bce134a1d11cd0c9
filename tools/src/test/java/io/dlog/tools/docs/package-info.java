/** The documents say what the code says. */
@NullMarked
package io.dlog.tools.docs;

import org.jspecify.annotations.NullMarked;
