package io.dlog.bookie;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.PackageMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The map of the bookie: what may use what, and which packages are the doors to the outside. */
class PackageDirectionTest {
    private static final PackageMap MAP = new PackageMap(
            "bookie",
            List.of(
                    "bookie.disk",
                    "bookie.journal",
                    "bookie.entrylog",
                    "bookie.index",
                    "bookie.storage",
                    "bookie.ledger",
                    "bookie.server",
                    "bookie"));

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
    void onlyTheDiskPackageTouchesFiles() {
        MAP.onlyThese(Set.of("bookie.disk"), "java.nio.channels..");
        MAP.onlyTheseCall(
                Set.of("bookie.disk"),
                Set.of(
                        "java.io.FileOutputStream.<init>",
                        "java.io.RandomAccessFile.<init>",
                        "java.nio.file.Files.write",
                        "java.nio.file.Files.newOutputStream",
                        "java.nio.file.Files.delete",
                        "java.nio.file.Files.move"));
    }

    @Test
    void onlyTheIndexImportsRocksDb() {
        MAP.onlyThese(Set.of("bookie.index"), "org.rocksdb..");
    }

    @Test
    void onlyTheServerImportsNettyChannels() {
        MAP.onlyThese(Set.of("bookie.server"), "io.netty.channel..", "io.netty.bootstrap..");
    }

    @Test
    void nobodyImportsZooKeeper() {
        MAP.onlyThese(Set.of(), "org.apache.zookeeper..", "org.apache.curator..");
    }
}
