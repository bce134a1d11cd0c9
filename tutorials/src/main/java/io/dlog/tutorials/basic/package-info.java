/** The first programs: write, read, rewind. One page of docs/tutorials each. */
@NullMarked
package io.dlog.tutorials.basic;

import org.jspecify.annotations.NullMarked;
