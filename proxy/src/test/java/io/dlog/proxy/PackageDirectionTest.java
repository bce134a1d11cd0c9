package io.dlog.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.PackageMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The map of the proxy: what may use what, and which packages are the doors to the outside. */
class PackageDirectionTest {
    private static final PackageMap MAP =
            new PackageMap("proxy", List.of("proxy.limit", "proxy.ownership", "proxy.stream", "proxy.server", "proxy"));

    @Test
    void packagesPointOneWay() {
        assertThat(MAP.violations()).isEmpty();
    }

    @Test
    void nobodyReadsClocksOrRandomnessBesideTheirPorts() {
        MAP.onlyTheseCall(
                Set.of(),
                Set.of(
                        "java.lang.System.nanoTime",
                        "java.lang.System.currentTimeMillis",
                        "java.time.Instant.now",
                        "java.lang.Math.random",
                        "java.util.concurrent.ThreadLocalRandom.current",
                        "java.util.Random.<init>"));
    }

    @Test
    void nobodyImportsZooKeeperNettyOrFinagle() {
        MAP.onlyThese(
                Set.of(), "org.apache.zookeeper..", "org.apache.curator..", "io.netty..", "com.twitter..", "scala..");
    }

    @Test
    void nobodyOpensFileChannels() {
        MAP.onlyThese(Set.of(), "java.nio.channels..");
    }
}
