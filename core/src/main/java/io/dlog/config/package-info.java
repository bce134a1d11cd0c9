/** Properties files, read once into typed settings. */
@NullMarked
package io.dlog.config;

import org.jspecify.annotations.NullMarked;
