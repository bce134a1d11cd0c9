/** The bookie shell: one class a command. */
@NullMarked
package io.dlog.tools.bookie;

import org.jspecify.annotations.NullMarked;
