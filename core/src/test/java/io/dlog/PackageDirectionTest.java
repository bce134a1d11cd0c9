package io.dlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.PackageMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The map of core: what may use what, and which packages are the doors to the outside. */
class PackageDirectionTest {
    private static final PackageMap MAP = new PackageMap(
            "core",
            List.of(
                    "time",
                    "concurrent",
                    "config",
                    "metrics",
                    "quorum",
                    "ledger",
                    "protocol",
                    "metadata",
                    "metadata.zookeeper",
                    "placement",
                    "transport",
                    "client",
                    "log.record",
                    "log",
                    "log.segment",
                    "log.namespace",
                    "log.lock",
                    "log.zookeeper",
                    "log.write",
                    "log.read",
                    "log.open",
                    "proxyclient.protocol",
                    "proxyclient.transport",
                    "proxyclient.netty",
                    "proxyclient.finagle",
                    "proxyclient.zookeeper",
                    "proxyclient"));

    @Test
    void packagesPointOneWay() {
        assertThat(MAP.violations()).isEmpty();
    }

    @Test
    void onlyTimeReadsClocksAndRandomness() {
        MAP.onlyTheseCall(
                Set.of("time"),
                Set.of(
                        "java.lang.System.nanoTime",
                        "java.lang.System.currentTimeMillis",
                        "java.time.Instant.now",
                        "java.lang.Math.random",
                        "java.util.concurrent.ThreadLocalRandom.current",
                        "java.util.Random.<init>",
                        "java.util.SplittableRandom.<init>"));
    }

    @Test
    void onlyConcurrentAndAdaptersMakeThreads() {
        MAP.onlyTheseCall(
                Set.of(
                        "concurrent",
                        "metrics",
                        "transport",
                        "metadata.zookeeper",
                        "proxyclient.netty",
                        "proxyclient.finagle",
                        "proxyclient.zookeeper"),
                Set.of("java.lang.Thread.<init>", "java.lang.Thread.start", "java.lang.Thread.sleep"));
    }

    @Test
    void onlyAdaptersImportZooKeeper() {
        MAP.onlyThese(
                Set.of("metadata.zookeeper", "log.zookeeper", "proxyclient.zookeeper"),
                "org.apache.zookeeper..",
                "org.apache.curator..");
    }

    @Test
    void onlyAdaptersImportNettyChannels() {
        MAP.onlyThese(
                Set.of("protocol", "transport", "proxyclient.netty"), "io.netty.channel..", "io.netty.bootstrap..");
    }

    @Test
    void onlyTheFinagleAdapterImportsScala() {
        MAP.onlyThese(Set.of("proxyclient.finagle"), "com.twitter..", "scala..");
    }

    @Test
    void nobodyOpensFileChannels() {
        MAP.onlyThese(Set.of(), "java.nio.channels..");
    }
}
