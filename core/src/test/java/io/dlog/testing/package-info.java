/** What tests of every module share: fakes, the simulator, contract suites, the map of packages. */
@NullMarked
package io.dlog.testing;

import org.jspecify.annotations.NullMarked;
