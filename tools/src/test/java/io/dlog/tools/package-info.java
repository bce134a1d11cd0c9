/** Rules on the whole module. */
@NullMarked
package io.dlog.tools;

import org.jspecify.annotations.NullMarked;
