package io.dlog.interop2016;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.twitter.distributedlog.DLSN;
import com.twitter.distributedlog.LogRecordSet;
import com.twitter.distributedlog.exceptions.DLException;
import com.twitter.distributedlog.io.CompressionCodec;
import com.twitter.distributedlog.service.DistributedLogClient;
import com.twitter.distributedlog.service.DistributedLogClientBuilder;
import com.twitter.distributedlog.thrift.service.StatusCode;
import com.twitter.finagle.builder.ClientBuilder;
import com.twitter.finagle.stats.InMemoryStatsReceiver;
import com.twitter.finagle.thrift.ClientId;
import com.twitter.util.Await;
import com.twitter.util.Duration;
import com.twitter.util.Future;
import com.twitter.util.Promise;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The write proxy client of 2016, as published, against our cluster: it finds our proxies by their {@code zk!} name. */
@Tag("integration")
@Timeout(180)
class OriginalClientIT {
    private static final Pattern SERVICE =
            Pattern.compile("\"serviceEndpoint\":\\{\"host\":\"([^\"]+)\",\"port\":(\\d+)}");

    private static ProductProcess product;

    private final InMemoryStatsReceiver stats = new InMemoryStatsReceiver();
    private final List<DistributedLogClient> clients = new ArrayList<>();
    private DistributedLogClient client;

    @BeforeAll
    static void startCluster(@TempDir Path dir) throws Exception {
        product = ProductProcess.start(dir);
    }

    @AfterAll
    static void stopCluster() throws Exception {
        product.close();
    }

    @BeforeEach
    void connect() {
        client = connected(builder().finagleNameStr(product.proxyName()).statsReceiver(stats));
    }

    @AfterEach
    void close() {
        clients.forEach(DistributedLogClient::close);
    }

    private static DistributedLogClientBuilder builder() {
        return DistributedLogClientBuilder.newBuilder()
                .name("original")
                .clientId(new ClientId("original"))
                .requestTimeoutMs(30_000)
                .redirectBackoffStartMs(50)
                .redirectBackoffMaxMs(200)
                // Its own default, a second for a request, is short for a machine that is busy with other tests.
                .clientBuilder(ClientBuilder.get()
                        .hostConnectionLimit(1)
                        .tcpConnectTimeout(Duration.fromSeconds(10))
                        .connectTimeout(Duration.fromSeconds(10))
                        .requestTimeout(Duration.fromSeconds(20)))
                .thriftmux(true);
    }

    private DistributedLogClient connected(DistributedLogClientBuilder builder) {
        DistributedLogClient made = builder.build();
        clients.add(made);
        return made;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return Await.result(future, Duration.fromSeconds(60));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A record as {@code dlog read --position} prints it, without the transaction id. */
    private static String line(DLSN dlsn, String payload) {
        return dlsn.getLogSegmentSequenceNo() + "," + dlsn.getEntryId() + "," + dlsn.getSlotId() + "\t" + payload;
    }

    private static List<String> records(String stream) {
        return product.read(stream).stream()
                .map(line -> line.replaceFirst("\t\\d+\t", "\t"))
                .toList();
    }

    private static List<String> payloads(String stream) {
        return records(stream).stream()
                .map(line -> line.substring(line.indexOf('\t') + 1))
                .toList();
    }

    @Test
    void everyRecordItWritesIsReadWhereItWasToldTheRecordLies() throws Exception {
        List<Future<DLSN>> writes = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            writes.add(client.write("hundred", bytes("record " + i)));
        }
        Set<DLSN> positions = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            DLSN dlsn = await(writes.get(i));
            assertThat(positions.add(dlsn)).as("position %s is new", dlsn).isTrue();
            expected.add(line(dlsn, "record " + i));
        }
        assertThat(records("hundred")).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void bulkWritesAndRecordSetsComeOutAsTheirRecords() throws Exception {
        List<String> expected = new ArrayList<>();
        List<Future<DLSN>> bulk = client.writeBulk("sets", List.of(bytes("b0"), bytes("b1"), bytes("b2")));
        for (int i = 0; i < 3; i++) {
            expected.add(line(await(bulk.get(i)), "b" + i));
        }
        // Compressed sets need an older bookkeeper-stats-api than the one on this class path.
        LogRecordSet.Writer set = LogRecordSet.newWriter(1024, CompressionCodec.Type.NONE);
        for (int i = 0; i < 5; i++) {
            set.writeRecord(bytes("set " + i), new Promise<>());
        }
        DLSN first = await(client.writeRecordSet("sets", set));
        for (int i = 0; i < 5; i++) {
            DLSN dlsn = new DLSN(first.getLogSegmentSequenceNo(), first.getEntryId(), first.getSlotId() + i);
            expected.add(line(dlsn, "set " + i));
        }
        assertThat(records("sets")).containsExactlyElementsOf(expected);
    }

    @Test
    void createTruncateReleaseAndDeleteDoWhatTheySay() throws Exception {
        await(client.create("life"));
        await(client.write("life", bytes("one")));
        await(client.release("life"));
        DLSN second = await(client.write("life", bytes("two")));
        assertThat(second.getLogSegmentSequenceNo()).isEqualTo(2);
        assertThat(payloads("life")).containsExactly("one", "two");
        assertThat(await(client.truncate("life", second))).isTrue();
        assertThat(payloads("life")).containsExactly("two");
        await(client.delete("life"));
        assertThatThrownBy(() -> product.read("life")).hasMessageContaining("status 1");
        // A stream of that name begins anew.
        assertThat(await(client.write("life", bytes("three"))).getLogSegmentSequenceNo())
                .isEqualTo(1);
        assertThat(payloads("life")).containsExactly("three");
    }

    @Test
    void refusalsArriveAsTheExceptionsItKnows() throws Exception {
        assertThatThrownBy(() -> await(client.write("<default>", bytes("x"))))
                .isInstanceOfSatisfying(
                        DLException.class,
                        refusal -> assertThat(refusal.getCode()).isEqualTo(StatusCode.INVALID_STREAM_NAME));
        assertThatThrownBy(() -> await(client.delete("never-made")))
                .isInstanceOfSatisfying(
                        DLException.class,
                        refusal -> assertThat(refusal.getCode()).isEqualTo(StatusCode.LOG_NOT_FOUND));
    }

    @Test
    void writesWithAndWithoutChecksumAreTaken() throws Exception {
        await(client.write("sums", bytes("with")));
        DistributedLogClient without =
                connected(builder().finagleNameStr(product.proxyName()).checksum(false));
        await(without.write("sums", bytes("without")));
        await(without.truncate("sums", new DLSN(1, 0, 0)));
        assertThat(payloads("sums")).containsExactly("with", "without");
    }

    @Test
    void itFollowsAStreamToItsNewOwner() throws Exception {
        await(client.write("moving", bytes("0")));
        int before = redirects();
        int moves = 0;
        List<String> expected = new ArrayList<>(List.of("0"));
        // Whoever owns it now, one of the two moves takes it away and leaves a stale owner in the client's cache.
        for (InetSocketAddress proxy : proxies()) {
            await(client.release("moving"));
            await(connected(builder().host(proxy)).write("moving", bytes("moved " + moves)));
            await(client.write("moving", bytes("followed " + moves)));
            expected.add("moved " + moves);
            expected.add("followed " + moves);
            moves++;
        }
        assertThat(moves).isEqualTo(2);
        assertThat(payloads("moving")).containsExactlyElementsOf(expected);
        assertThat(redirects()).isGreaterThan(before);
    }

    /** How often the client was told of another owner. */
    private int redirects() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        stats.print(new PrintStream(text, true, StandardCharsets.UTF_8));
        Matcher counter =
                Pattern.compile("(?m)^\\S*ownership/redirects (\\d+)$").matcher(text.toString(StandardCharsets.UTF_8));
        return counter.find() ? Integer.parseInt(counter.group(1)) : 0;
    }

    /** The proxies' addresses as their members in ZooKeeper say. */
    private static List<InetSocketAddress> proxies() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        List<InetSocketAddress> proxies = new ArrayList<>();
        try (ZooKeeper zooKeeper = new ZooKeeper(product.zkServers(), 10_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        })) {
            assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
            for (String member : zooKeeper.getChildren(product.serverSetPath(), false)) {
                byte[] data = zooKeeper.getData(product.serverSetPath() + "/" + member, false, null);
                Matcher service = SERVICE.matcher(new String(data, StandardCharsets.UTF_8));
                assertThat(service.find()).as(member).isTrue();
                proxies.add(new InetSocketAddress(service.group(1), Integer.parseInt(service.group(2))));
            }
        }
        assertThat(proxies).hasSize(2);
        return proxies;
    }
}
