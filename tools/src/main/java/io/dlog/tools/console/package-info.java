/** What the commands share in talking to a person: questions, failures in one line. */
@NullMarked
package io.dlog.tools.console;

import org.jspecify.annotations.NullMarked;
