/** Where logs are found and which cluster holds them. */
@NullMarked
package io.dlog.log.namespace;

import org.jspecify.annotations.NullMarked;
