package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.interop.LogUser.Settings;
import io.dlog.interop.LogUser.Writer;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.namespace.NamespaceBindingCodec;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.zookeeper.LogCatalogNodes;
import io.dlog.log.zookeeper.LogSegmentNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.distributedlog.Entry;
import org.apache.distributedlog.LogRecord;
import org.apache.distributedlog.LogRecordWithDLSN;
import org.apache.distributedlog.admin.DistributedLogAdmin;
import org.apache.distributedlog.impl.metadata.BKDLConfig;
import org.apache.distributedlog.metadata.DLMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our log library and Apache's on three Apache bookies. */
@Tag("integration")
class StreamsWithApacheIT {
    private static final String LEDGERS = "/ledgers";
    private static final String NAMESPACE = "/messaging/shared";

    private static EmbeddedZooKeeper zooKeeper;
    private static ApacheBookies bookies;
    private static ZooKeeperSession session;
    private static StoredEntries entries;
    private static LogUser ours;
    private static LogUser apache;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, directory.resolve("zk"));
        String metadataUri = "zk+hierarchical://" + zooKeeper.connectString() + LEDGERS;
        ApacheBookies.format(metadataUri);
        bookies = new ApacheBookies(metadataUri, directory, 3);
        session = ZooKeeperSession.connect(zooKeeper.connectString(), Duration.ofSeconds(10));
        entries = new StoredEntries(metadataUri);
        await(new NamespaceBindingNodes(session).bind(NAMESPACE, binding(), MissingNode.CREATE));
        ours = new OurLogUser(uri(NAMESPACE));
        apache = new ApacheLogUser(uri(NAMESPACE));
    }

    @AfterAll
    static void stop() throws Exception {
        apache.close();
        ours.close();
        entries.close();
        session.close();
        bookies.close();
        zooKeeper.close();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return LogInteropScenario.await(future);
    }

    private static String uri(String namespace) {
        return "distributedlog://" + zooKeeper.connectString() + namespace;
    }

    private static NamespaceBinding binding() {
        String servers = zooKeeper.connectString();
        return new NamespaceBinding(servers, LEDGERS, true, true, servers, servers, servers, null, null, null);
    }

    private static byte[] data(String path) throws Exception {
        return await(session.read(path)).data();
    }

    /** A node and all below it, by path relative to it. */
    private static Map<String, String> tree(String path) throws Exception {
        Map<String, String> tree = new TreeMap<>();
        collect(path, "", tree);
        return tree;
    }

    private static void collect(String root, String below, Map<String, String> tree) throws Exception {
        tree.put(below, HexFormat.of().formatHex(data(root + below)));
        for (String child : await(session.children(root + below))) {
            collect(root, below + "/" + child, tree);
        }
    }

    // Namespaces

    @Test
    void eachLibraryReadsTheOthersBinding() throws Exception {
        String servers = zooKeeper.connectString();
        int exit = new DistributedLogAdmin().run(new String[] {
            "bind",
            "-dlzr",
            servers,
            "-dlzw",
            servers,
            "-s",
            servers,
            "-bkzr",
            servers,
            "-l",
            LEDGERS,
            "-i",
            "true",
            "-r",
            "true",
            "-c",
            "-f",
            uri("/messaging/theirs")
        });
        assertThat(exit).isZero();
        await(new NamespaceBindingNodes(session).bind("/messaging/ours", binding(), MissingNode.CREATE));
        assertThat(data("/messaging/ours"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(new String(data("/messaging/theirs"), StandardCharsets.UTF_8));
        assertThat(await(new NamespaceBindingNodes(session).own("/messaging/theirs")))
                .contains(binding());
        for (String namespace : List.of("/messaging/ours", "/messaging/theirs")) {
            try (LogUser us = new OurLogUser(uri(namespace));
                    LogUser them = new ApacheLogUser(uri(namespace))) {
                LogInteropScenario.locksOut(us, them, "by-us");
                LogInteropScenario.locksOut(them, us, "by-them");
            }
        }
    }

    @Test
    void aBindingWithEverySettingHasTheSameBytes() throws Exception {
        NamespaceBinding full =
                new NamespaceBinding("a:1,b:2", "/l \"q\"", false, true, "c:3", "d:4", "e:5", ".acl", 7L, true);
        BKDLConfig theirs = new BKDLConfig("d:4", "e:5", "a:1,b:2", "c:3", "/l \"q\"")
                .setSanityCheckTxnID(false)
                .setEncodeRegionID(true)
                .setACLRootPath(".acl")
                .setFirstLogSegmentSeqNo(7)
                .setFederatedNamespace(true);
        byte[] bytes = DLMetadata.create(theirs).serialize();
        assertThat(new String(NamespaceBindingCodec.write(full), StandardCharsets.UTF_8))
                .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        assertThat(NamespaceBindingCodec.read(bytes)).isEqualTo(full);
        assertThat(DLMetadata.deserialize(URI.create(uri("/any")), NamespaceBindingCodec.write(full))
                        .getDLConfig())
                .isEqualTo(theirs);
    }

    @Test
    void aNewLogHasTheSameNodes() throws Exception {
        ours.createLog("created-by-us");
        apache.createLog("created-by-them");
        assertThat(tree(NAMESPACE + "/created-by-us")).isEqualTo(tree(NAMESPACE + "/created-by-them"));
    }

    // Records

    static Stream<Arguments> compressionsAndBuffers() {
        return Stream.of(Compression.values())
                .flatMap(compression -> Stream.of(
                        Arguments.of("immediate", Settings.immediate(compression), 3_000),
                        Arguments.of("buffered", Settings.buffered(compression), 5_000)));
    }

    @ParameterizedTest
    @MethodSource("compressionsAndBuffers")
    void eachReadsWhatTheOtherWroteOverSeveralSegments(String kind, Settings settings, int records) throws Exception {
        String log = "written-" + kind + "-" + settings.compression();
        LogInteropScenario.writesAndReads(ours, apache, log + "-by-us", settings, records);
        LogInteropScenario.writesAndReads(apache, ours, log + "-by-them", settings, records);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void bothWriteTheSameBytes(Compression compression) throws Exception {
        String log = "bytes-" + compression;
        for (LogUser user : List.of(ours, apache)) {
            writeOneByOne(user, log + "-single-" + user.clientId().charAt(0), compression);
            writePacked(user, log + "-packed-" + user.clientId().charAt(0), compression);
        }
        List<String> ourSingle = entriesOf(log + "-single-o");
        List<String> theirSingle = entriesOf(log + "-single-a");
        assertThat(theirSingle.subList(0, ourSingle.size())).isEqualTo(ourSingle);
        // Behind the end, Apache's writer makes it visible by control records; ours closes the ledger, which is enough.
        for (String entry : theirSingle.subList(ourSingle.size(), theirSingle.size())) {
            assertThat(recordsOf(entry)).singleElement().matches(LogRecord::isControl);
        }
        assertThat(segmentNode(log + "-single-o")).isEqualTo(segmentNode(log + "-single-a"));

        List<String> ourPacked = entriesOf(log + "-packed-o");
        List<String> theirPacked = entriesOf(log + "-packed-a");
        // Apache's writer puts the end of the stream into the entry of the last records, ours into one of its own.
        int full = ourPacked.size() - 2;
        assertThat(full).isGreaterThan(10);
        assertThat(theirPacked.subList(0, full)).isEqualTo(ourPacked.subList(0, full));
        assertThat(applicationRecords(theirPacked)).hasSize(501).isEqualTo(applicationRecords(ourPacked));
    }

    /** The records of entries but control records: transaction id, place in the segment, payload. */
    private static List<List<Object>> applicationRecords(List<String> entries) throws Exception {
        List<List<Object>> records = new ArrayList<>();
        for (String entry : entries) {
            for (LogRecordWithDLSN record : recordsOf(entry)) {
                if (!record.isControl()) {
                    records.add(List.of(
                            record.getTransactionId(),
                            record.getPositionWithinLogSegment(),
                            HexFormat.of().formatHex(record.getPayload())));
                }
            }
        }
        return records;
    }

    private static void writeOneByOne(LogUser user, String log, Compression compression) throws Exception {
        Writer writer = user.openWriter(log, Settings.unprompted(compression, 0));
        for (int i = 0; i < 10; i++) {
            await(writer.write(i, LogInteropScenario.payload(i)));
            writer.heartbeat(i);
            await(writer.writeSet(
                    i,
                    List.of(LogInteropScenario.payload(i), new byte[0], LogInteropScenario.payload(2)),
                    compression));
        }
        writer.markEndOfStream();
        writer.close();
    }

    /** Waits for the first, which is sent once the buffer is full: by then all were handed in, and the buffer cuts them. */
    private static void writePacked(LogUser user, String log, Compression compression) throws Exception {
        Writer writer = user.openWriter(log, Settings.unprompted(compression, 2048));
        List<CompletableFuture<DLSN>> writes = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            writes.add(writer.write(i, LogInteropScenario.payload(i)));
        }
        await(writes.get(0));
        writer.markEndOfStream();
        for (CompletableFuture<DLSN> write : writes) {
            await(write);
        }
        writer.close();
    }

    private static List<String> entriesOf(String log) throws Exception {
        List<LogSegmentInfo> segments = LogInteropScenario.segments(ours, apache, log);
        assertThat(segments).hasSize(1);
        return entries.of(segments.get(0).ledgerId());
    }

    private static List<LogRecordWithDLSN> recordsOf(String entry) throws Exception {
        Entry.Reader reader = Entry.newBuilder()
                .setLogSegmentInfo(1, 0)
                .setEntryId(0)
                .setEnvelopeEntry(true)
                .deserializeRecordSet(true)
                .setEntry(Unpooled.wrappedBuffer(HexFormat.of().parseHex(entry)))
                .buildReader();
        List<LogRecordWithDLSN> records = new ArrayList<>();
        LogRecordWithDLSN record = reader.nextRecord();
        while (record != null) {
            records.add(record);
            record = reader.nextRecord();
        }
        return records;
    }

    /** The segment's node without what differs by nature: ledger id and time of completion. */
    private static String segmentNode(String log) throws Exception {
        String text = new String(
                data(LogCatalogNodes.contentPath(NAMESPACE, log) + "/ledgers/logrecs_000000000000000001"),
                StandardCharsets.UTF_8);
        String[] fields = text.split(";", -1);
        fields[1] = "ledger";
        fields[4] = "time";
        return String.join(";", fields);
    }

    @Test
    void recordSetsAreUnpacked() throws Exception {
        LogInteropScenario.recordSets(ours, apache, "sets-by-us");
        LogInteropScenario.recordSets(apache, ours, "sets-by-them");
    }

    @Test
    void aHeartbeatMakesRecordsVisibleAndIsNone() throws Exception {
        LogInteropScenario.heartbeat(ours, apache, "heartbeat-by-us");
        LogInteropScenario.heartbeat(apache, ours, "heartbeat-by-them");
    }

    @Test
    void theEndIsTheEndForBoth() throws Exception {
        LogInteropScenario.endOfStream(ours, apache, "ended-by-us");
        LogInteropScenario.endOfStream(apache, ours, "ended-by-them");
    }

    @Test
    void truncationIsTheSameForBoth() throws Exception {
        LogInteropScenario.truncates(ours, apache, "truncated-by-us");
        LogInteropScenario.truncates(apache, ours, "truncated-by-them");
    }

    // Writers

    @Test
    void aWriterRecoversWhatTheOtherAbandoned() throws Exception {
        LogInteropScenario.handsOver(ours, apache, "handed-over-by-us");
        LogInteropScenario.handsOver(apache, ours, "handed-over-by-them");
    }

    @Test
    void anAbandonedSegmentWithoutRecordsStopsNobody() throws Exception {
        for (LogUser recovering : List.of(ours, apache)) {
            LogUser other = recovering == ours ? apache : ours;
            String log = "empty-segment-" + recovering.clientId().charAt(0);
            Writer first = other.openWriter(log, Settings.immediate(Compression.NONE));
            List<LogUser.Seen> written = new ArrayList<>(LogInteropScenario.write(first, 0, 5));
            first.abort();
            recovering.openWriter(log, Settings.immediate(Compression.NONE)).close();
            LogSegmentNodes nodes = new LogSegmentNodes(session, log, LogCatalogNodes.contentPath(NAMESPACE, log));
            await(nodes.start(
                    LogSegmentMetadata.inProgress(2, entries.abandonedLedger(), 1005, 0), await(nodes.counters())));
            Writer second = recovering.openWriter(log, Settings.immediate(Compression.NONE));
            written.addAll(LogInteropScenario.write(second, 5, 5));
            second.abort();
            Writer third = other.openWriter(log, Settings.immediate(Compression.NONE));
            written.addAll(LogInteropScenario.write(third, 10, 5));
            third.markEndOfStream();
            third.close();
            LogInteropScenario.segments(ours, apache, log);
            for (LogUser user : List.of(ours, apache)) {
                assertThat(LogInteropScenario.read(user, log, DLSN.InitialDLSN, 15))
                        .as("%s after recovery by %s", user.clientId(), recovering.clientId())
                        .isEqualTo(written);
            }
        }
    }

    @Test
    void theWriteLockOfOneKeepsTheOtherOut() throws Exception {
        LogInteropScenario.locksOut(ours, apache, "locked-by-us");
        LogInteropScenario.locksOut(apache, ours, "locked-by-them");
    }

    @Test
    void aReaderFollowsTheOthersWriter() throws Exception {
        LogInteropScenario.tails(apache, apache, "tailed-control");
        LogInteropScenario.tails(ours, apache, "tailed-by-them");
        LogInteropScenario.tails(apache, ours, "tailed-by-us");
        LogInteropScenario.tails(ours, ours, "tailed-by-ourselves");
    }
}
