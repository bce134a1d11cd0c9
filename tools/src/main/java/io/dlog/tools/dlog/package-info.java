/** The {@code dlog} command: one class a subcommand. */
@NullMarked
package io.dlog.tools.dlog;

import org.jspecify.annotations.NullMarked;
