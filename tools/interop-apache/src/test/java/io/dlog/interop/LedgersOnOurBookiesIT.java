package io.dlog.interop;

import io.dlog.bookie.testing.BookiesForTests;
import io.dlog.ledger.DigestType;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.protocol.WireVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** Apache's client and ours on three of our bookies, over both wire versions and with all digests. */
@Tag("integration")
class LedgersOnOurBookiesIT {
    private static EmbeddedZooKeeper zooKeeper;
    private static BookiesForTests bookies;
    private static BothClients clients;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, directory.resolve("zk"));
        String uri = "zk+hierarchical://" + zooKeeper.connectString() + "/ledgers";
        ApacheBookies.format(uri);
        bookies = new BookiesForTests(uri, directory, 3);
        clients = new BothClients(uri);
    }

    @AfterAll
    static void stop() throws Exception {
        clients.close();
        bookies.close();
        zooKeeper.close();
    }

    @ParameterizedTest
    @ArgumentsSource(WiresAndDigests.class)
    void apacheClientWritesAndReads(WireVersion wire, DigestType digest) throws Exception {
        LedgerInteropScenario.writesAndReads(clients.apache(wire), clients.ours(wire), digest, 10_000);
    }

    @ParameterizedTest
    @ArgumentsSource(WiresAndDigests.class)
    void eachClientRecoversWhatTheOtherAbandoned(WireVersion wire, DigestType digest) throws Exception {
        LedgerInteropScenario.fencesAndRecovers(clients.apache(wire), clients.ours(wire), digest, 1_000);
        LedgerInteropScenario.fencesAndRecovers(clients.ours(wire), clients.apache(wire), digest, 1_000);
        LedgerInteropScenario.fencesAndRecovers(clients.apache(wire), clients.apache(wire), digest, 1_000);
    }
}
