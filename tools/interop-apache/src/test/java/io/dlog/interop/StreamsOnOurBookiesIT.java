package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.testing.BookiesForTests;
import io.dlog.interop.LogUser.Seen;
import io.dlog.interop.LogUser.Settings;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordSet;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.proxy.WriteProxyMain;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.proxyclient.netty.NettyTransport;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our log library, our write proxy and Apache's log library on three of our bookies. */
@Tag("integration")
class StreamsOnOurBookiesIT {
    private static final String LEDGERS = "/ledgers";
    private static final String NAMESPACE = "/messaging/shared";
    private static final int RECORDS = 5_000;

    private static Path scratch;
    private static EmbeddedZooKeeper zooKeeper;
    private static BookiesForTests bookies;
    private static String uri;
    private static LogUser ours;
    private static LogUser apache;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        scratch = directory;
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, directory.resolve("zk"));
        String servers = zooKeeper.connectString();
        String metadataUri = "zk+hierarchical://" + servers + LEDGERS;
        ApacheBookies.format(metadataUri);
        bookies = new BookiesForTests(metadataUri, directory, 3);
        try (ZooKeeperSession session = ZooKeeperSession.connect(servers, Duration.ofSeconds(10))) {
            NamespaceBinding binding =
                    new NamespaceBinding(servers, LEDGERS, true, true, servers, servers, servers, null, null, null);
            LogInteropScenario.await(new NamespaceBindingNodes(session).bind(NAMESPACE, binding, MissingNode.CREATE));
        }
        uri = "distributedlog://" + servers + NAMESPACE;
        ours = new OurLogUser(uri);
        apache = new ApacheLogUser(uri);
    }

    @AfterAll
    static void stop() throws Exception {
        apache.close();
        ours.close();
        bookies.close();
        zooKeeper.close();
    }

    @Test
    void eachReadsWhatTheOtherWroteOverSeveralSegments() throws Exception {
        Settings settings = Settings.buffered(Compression.LZ4);
        LogInteropScenario.writesAndReads(ours, apache, "written-by-us", settings, RECORDS);
        LogInteropScenario.writesAndReads(apache, ours, "written-by-them", settings, RECORDS);
    }

    @Test
    void eachTakesOverFromTheOther() throws Exception {
        LogInteropScenario.handsOver(ours, apache, "handed-over-by-us");
        LogInteropScenario.handsOver(apache, ours, "handed-over-by-them");
    }

    /** A record as it was sent, and where the proxy said that it is. */
    private record Sent(DLSN dlsn, String payload) {
        static Sent of(Seen seen) {
            return new Sent(seen.dlsn(), seen.payload());
        }
    }

    @Test
    void whatOurProxyWritesApacheReadsWhileItIsWrittenAndAfter() throws Exception {
        String stream = "written-by-our-proxy";
        List<Sent> sent = new ArrayList<>();
        try (WriteProxyMain proxy = startProxy()) {
            try (NettyTransport transport = new NettyTransport(1);
                    WriteProxyClient client = WriteProxyClient.builder(
                                    "inet!" + proxy.proxy().identity().address(), "test")
                            .transport(transport)
                            .build()) {
                sendSingly(client, stream, 800, sent);
                sendSingly(client, stream, 800, sent);
                sendInBulk(client, stream, 200, sent);
                sendSets(client, stream, 10, sent);
                // A roll waits for its ledger, and the proxy for nobody
                while (ours.segments(stream).size() < 2 && sent.size() < 20_000) {
                    sendSingly(client, stream, 100, sent);
                }
                sendSingly(client, stream, 100, sent);
            }
            assertApacheReads(stream, sent);
            assertThat(LogInteropScenario.segments(ours, apache, stream))
                    .hasSizeGreaterThanOrEqualTo(2)
                    .last()
                    .matches(LogSegmentInfo::isInProgress);
            assertThat(apache.refusedInFavourOf(stream))
                    .contains(proxy.proxy().identity().text());
        }
        assertThat(apache.refusedInFavourOf(stream))
                .as("once the proxy has stopped")
                .isEmpty();
        assertThat(LogInteropScenario.segments(ours, apache, stream))
                .hasSizeGreaterThanOrEqualTo(2)
                .noneMatch(LogSegmentInfo::isInProgress);
        assertApacheReads(stream, sent);
        assertThat(apache.recordCount(stream)).isEqualTo(sent.size());
    }

    private static WriteProxyMain startProxy() throws Exception {
        Path conf = Files.writeString(scratch.resolve("proxy.conf"), """
                proxyTransport=netty
                server_threads=2
                bkcEnsembleSize=3
                bkcWriteQuorumSize=3
                bkcAckQuorumSize=2
                rolling-interval=0
                maxLogSegmentBytes=100000
                """);
        return WriteProxyMain.start("--uri", uri, "--conf", conf.toString(), "--stats-port", "0", "--shard-id", "1");
    }

    private static byte[] payload(int index) {
        return LogInteropScenario.payload(index);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static void sendSingly(WriteProxyClient client, String stream, int count, List<Sent> sent)
            throws Exception {
        List<CompletableFuture<DLSN>> writes = new ArrayList<>();
        int first = sent.size();
        for (int i = first; i < first + count; i++) {
            writes.add(client.write(stream, ByteBuffer.wrap(payload(i))));
        }
        await(writes, sent);
    }

    private static void sendInBulk(WriteProxyClient client, String stream, int count, List<Sent> sent)
            throws Exception {
        List<ByteBuffer> payloads = new ArrayList<>();
        for (int i = sent.size(); i < sent.size() + count; i++) {
            payloads.add(ByteBuffer.wrap(payload(i)));
        }
        await(LogInteropScenario.await(client.writeBulk(stream, payloads)), sent);
    }

    private static void await(List<CompletableFuture<DLSN>> writes, List<Sent> sent) throws Exception {
        for (CompletableFuture<DLSN> write : writes) {
            sent.add(new Sent(LogInteropScenario.await(write), hex(payload(sent.size()))));
        }
    }

    private static void sendSets(WriteProxyClient client, String stream, int size, List<Sent> sent) throws Exception {
        for (Compression compression : Compression.values()) {
            LogRecordSet set = new LogRecordSet(compression);
            int first = sent.size();
            for (int i = first; i < first + size; i++) {
                set.add(payload(i));
            }
            DLSN dlsn = LogInteropScenario.await(client.writeRecordSet(stream, ByteBuffer.wrap(set.toPayload())));
            for (int i = 0; i < size; i++) {
                sent.add(new Sent(
                        new DLSN(dlsn.logSegmentSequenceNo(), dlsn.entryId(), dlsn.slotId() + i),
                        hex(payload(first + i))));
            }
        }
    }

    private static void assertApacheReads(String stream, List<Sent> sent) throws Exception {
        List<Seen> seen = LogInteropScenario.read(apache, stream, DLSN.InitialDLSN, sent.size());
        assertThat(seen).extracting(Sent::of).isEqualTo(sent);
        assertThat(LogInteropScenario.read(ours, stream, DLSN.InitialDLSN, sent.size()))
                .isEqualTo(seen);
    }
}
