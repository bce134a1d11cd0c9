package io.dlog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.PackageMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PackageDirectionTest {
    private static final PackageMap MAP =
            new PackageMap("tools", List.of("tools.console", "tools.local", "tools.bookie", "tools.dlog"));

    @Test
    void packagesUseOnlyThoseAboveThem() {
        assertThat(MAP.violations()).isEmpty();
    }

    @Test
    void noCommandLoadsFinagle() {
        MAP.onlyThese(Set.of(), "com.twitter..", "scala..");
    }
}
