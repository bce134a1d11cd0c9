/** Tests of records and entries. */
@NullMarked
package io.dlog.log.record;

import org.jspecify.annotations.NullMarked;
