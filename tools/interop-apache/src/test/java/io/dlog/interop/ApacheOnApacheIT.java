package io.dlog.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApacheOnApacheIT {
    @Test
    void works(@TempDir Path dir) throws Exception {
        ZooKeeperServer zk =
                new ZooKeeperServer(dir.resolve("s").toFile(), dir.resolve("l").toFile(), 2000);
        NIOServerCnxnFactory f = new NIOServerCnxnFactory();
        f.configure(new java.net.InetSocketAddress("127.0.0.1", 0), 1000);
        f.startup(zk);
        String uri = "zk+hierarchical://127.0.0.1:" + f.getLocalPort() + "/ledgers";
        ApacheBookies.format(uri);
        try (ApacheBookies bookies = new ApacheBookies(uri, dir, 3)) {
            ClientConfiguration conf = new ClientConfiguration();
            conf.setMetadataServiceUri(uri);
            try (BookKeeper client = BookKeeper.newBuilder(conf).build();
                    WriteHandle w = client.newCreateLedgerOp()
                            .withEnsembleSize(3)
                            .withWriteQuorumSize(3)
                            .withAckQuorumSize(2)
                            .withDigestType(DigestType.CRC32C)
                            .withPassword(new byte[0])
                            .withCustomMetadata(Map.of())
                            .execute()
                            .get()) {
                assertThat(w.append("x".getBytes(UTF_8))).isZero();
                try (ReadHandle r = client.newOpenLedgerOp()
                                .withLedgerId(w.getId())
                                .withDigestType(DigestType.CRC32C)
                                .withPassword(new byte[0])
                                .withRecovery(true)
                                .execute()
                                .get();
                        LedgerEntries e = r.read(0, 0)) {
                    assertThat(e.getEntry(0).getEntryBytes()).isEqualTo("x".getBytes(UTF_8));
                }
            }
        }
        f.shutdown();
    }
}
