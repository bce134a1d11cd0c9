package io.dlog.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogReader;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.Namespace;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordSet;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.proxy.testing.BookieCluster;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.proxyclient.WriteProxyClientConfig;
import io.dlog.proxyclient.finagle.FinagleTransport;
import io.dlog.proxyclient.netty.NettyTransport;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Write proxies as processes see them: real bookies, ZooKeeper, sockets and names. */
@Tag("integration")
@Timeout(60)
final class WriteProxyIT {
    private static BookieCluster cluster;

    private static Path dir;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void startCluster(@TempDir Path scratch) throws Exception {
        dir = scratch;
        cluster = BookieCluster.start(dir);
    }

    @AfterAll
    static void stopCluster() throws Exception {
        cluster.close();
    }

    @AfterEach
    void closeOpened() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private static Path conf(String transport) throws Exception {
        return Files.writeString(
                dir.resolve(transport + ".conf"),
                "proxyTransport=" + transport + "\nserver_threads=2\nbkcEnsembleSize=3\nbkcWriteQuorumSize=3\n"
                        + "bkcAckQuorumSize=2\nzkSessionTimeoutSeconds=5\n");
    }

    private static String[] arguments(String transport, int shard, String... more) throws Exception {
        String[] all = Arrays.copyOf(
                new String[] {
                    "--uri",
                    cluster.uri(),
                    "--conf",
                    conf(transport).toString(),
                    "--stats-port",
                    "0",
                    "--shard-id",
                    String.valueOf(shard),
                    "--announce",
                    "--thriftmux"
                },
                10 + more.length);
        System.arraycopy(more, 0, all, 10, more.length);
        return all;
    }

    private WriteProxyMain proxy(String transport, int shard) throws Exception {
        WriteProxyMain proxy = WriteProxyMain.start(arguments(transport, shard));
        opened.add(proxy);
        return proxy;
    }

    private WriteProxyClient client(String name, ProxyTransport transport) throws Exception {
        opened.add(transport);
        WriteProxyClient client = WriteProxyClient.builder(name, "test")
                .transport(transport)
                .config(WriteProxyClientConfig.of("test").withTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(5)))
                .build();
        opened.add(client);
        return client;
    }

    private WriteProxyClient client(String name) throws Exception {
        return client(name, new NettyTransport(1));
    }

    private static String address(WriteProxyMain proxy) {
        return "inet!" + proxy.proxy().identity().address();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(25, TimeUnit.SECONDS);
    }

    /** What the log library finds in a stream, up to the last record. */
    private static Map<DLSN, String> records(String stream) throws Exception {
        Map<DLSN, String> records = new LinkedHashMap<>();
        try (Namespace namespace = cluster.openNamespace();
                DistributedLogManager log = namespace.openLog(stream)) {
            DLSN last = await(log.getLastLogRecordAsync()).getDlsn();
            try (LogReader reader = log.openLogReader(DLSN.InitialDLSN)) {
                LogRecordWithDLSN record;
                do {
                    record = reader.readNext(LogReader.Wait.BLOCKING);
                    if (record == null) {
                        throw new AssertionError("a blocking read of " + stream + " gave nothing");
                    }
                    records.put(record.getDlsn(), new String(record.getPayload(), StandardCharsets.UTF_8));
                } while (record.getDlsn().compareTo(last) < 0);
            }
        }
        return records;
    }

    private static List<LogSegmentInfo> segments(String stream) throws Exception {
        try (Namespace namespace = cluster.openNamespace();
                DistributedLogManager log = namespace.openLog(stream)) {
            return log.getLogSegments();
        }
    }

    static Stream<Arguments> waysToAProxy() {
        return Stream.of(
                Arguments.of("finagle", "zk", new NettyTransport(1)),
                Arguments.of("netty", "zk", new FinagleTransport()),
                Arguments.of("finagle", "inet", new FinagleTransport()),
                Arguments.of("netty", "inet", new NettyTransport(1)));
    }

    @ParameterizedTest(name = "{0} proxy by {1}! name")
    @MethodSource("waysToAProxy")
    void everyOperationDoesWhatItSaysOnRealLedgers(String proxyTransport, String kind, ProxyTransport clientTransport)
            throws Exception {
        WriteProxyMain proxy = proxy(proxyTransport, 1);
        WriteProxyClient client = client(kind.equals("zk") ? cluster.proxyName() : address(proxy), clientTransport);
        String stream = "all-" + proxyTransport + "-" + kind;

        await(client.create(stream));
        DLSN first = await(client.write(stream, bytes("one")));
        List<CompletableFuture<DLSN>> bulk = await(client.writeBulk(stream, List.of(bytes("two"), bytes("three"))));
        LogRecordSet set = new LogRecordSet(Compression.LZ4);
        set.add("four".getBytes(StandardCharsets.UTF_8));
        set.add("five".getBytes(StandardCharsets.UTF_8));
        await(client.writeRecordSet(stream, ByteBuffer.wrap(set.toPayload())));
        await(client.heartbeat(stream, true));
        await(client.check(stream));
        DLSN last = await(client.write(stream, bytes("six")));
        assertThat(await(client.getOwner(stream))).contains(proxy.proxy().identity());

        Map<DLSN, String> found = records(stream);
        assertThat(found.values()).containsExactly("one", "two", "three", "four", "five", "six");
        assertThat(found)
                .containsEntry(first, "one")
                .containsEntry(await(bulk.get(1)), "three")
                .containsEntry(last, "six");

        await(client.release(stream));
        await(client.write(stream, bytes("seven")));
        assertThat(segments(stream)).hasSize(2);
        assertThat(await(client.truncate(stream, new DLSN(2, 0, 0)))).isTrue();
        assertThat(records(stream).values()).containsExactly("seven");

        List<LogSegmentInfo> doomed = segments(stream);
        await(client.delete(stream));
        for (LogSegmentInfo segment : doomed) {
            String node = BookieCluster.ledgerNode(segment.ledgerId());
            assertThat(await(cluster.session().exists(node))).as(node).isEmpty();
        }
        try (Namespace namespace = cluster.openNamespace()) {
            assertThat(namespace.logExists(stream)).isFalse();
        }
    }

    @Test
    void theMemberInZooKeeperIsWhatClientsOfAllAgesRead() throws Exception {
        WriteProxyMain proxy = proxy("netty", 7);
        String path = BookieCluster.NAMESPACE + "/.write_proxy";
        List<String> members = await(cluster.session().children(path));
        assertThat(members).singleElement().asString().matches("member_\\d{10}");
        String member = new String(
                await(cluster.session().read(path + "/" + members.get(0))).data(), StandardCharsets.UTF_8);
        String service =
                "{\"host\":\"127.0.0.1\",\"port\":" + proxy.proxy().identity().port() + "}";
        assertThat(member)
                .startsWith("{\"serviceEndpoint\":" + service + ",\"additionalEndpoints\":{")
                .contains("\"thrift\":" + service)
                .contains("\"stats\":{\"host\":\"127.0.0.1\",\"port\":")
                .endsWith("},\"status\":\"ALIVE\",\"shard\":7}");

        proxy.close();
        assertThat(await(cluster.session().children(path))).isEmpty();
    }

    @Test
    void aClientIsSentToTheOwnerAndEveryProxyNamesIt() throws Exception {
        WriteProxyMain owner = proxy("finagle", 1);
        WriteProxyMain other = proxy("netty", 2);
        await(client(address(owner)).write("redirected", bytes("one")));

        WriteProxyClient client = client(address(other));
        assertThat(await(client.getOwner("redirected"))).contains(owner.proxy().identity());
        await(client.write("redirected", bytes("two")));

        assertThat(records("redirected").values()).containsExactly("one", "two");
        assertThat(segments("redirected")).hasSize(1);
    }

    @Test
    void proxiesWithOneShardIdAreBothFound() throws Exception {
        WriteProxyMain first = proxy("netty", 1);
        WriteProxyMain second = proxy("netty", 1);
        WriteProxyClient client = client(cluster.proxyName());
        for (int i = 0; i < 8; i++) {
            await(client.write("shard-" + i, bytes("x")));
            assertThat(records("shard-" + i).values()).containsExactly("x");
        }
        assertThat(client.proxies())
                .containsExactlyInAnyOrder(
                        new Endpoint("127.0.0.1", first.proxy().identity().port()),
                        new Endpoint("127.0.0.1", second.proxy().identity().port()));
    }

    @ParameterizedTest
    @EnumSource
    void whatWasAcknowledgedIsThereWhenAProxyStopsInTheMiddle(WriteProxyConfig.Transport transport) throws Exception {
        String name = transport.name().toLowerCase(java.util.Locale.ROOT);
        List<WriteProxyMain> proxies = List.of(proxy(name, 1), proxy(name, 2));
        WriteProxyClient client = client(cluster.proxyName());
        String stream = "handed-over-" + name;
        await(client.write(stream, bytes("0")));
        String owner = await(client.getOwner(stream)).orElseThrow().text();
        WriteProxyMain stopping = proxies.stream()
                .filter(proxy -> proxy.proxy().identity().text().equals(owner))
                .findFirst()
                .orElseThrow();

        List<CompletableFuture<DLSN>> writes = new ArrayList<>();
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        for (int i = 1; i <= 300; i++) {
            writes.add(client.write(stream, bytes(String.valueOf(i))));
            if (i == 200) {
                await(writes.get(50));
                stopped = CompletableFuture.runAsync(stopping::close);
                opened.add(stopped::join);
            }
        }
        Map<DLSN, String> acknowledged = new LinkedHashMap<>();
        for (int i = 0; i < writes.size(); i++) {
            acknowledged.put(await(writes.get(i)), String.valueOf(i + 1));
        }
        await(stopped);
        DLSN last = await(client.write(stream, bytes("last")));

        assertThat(last.logSegmentSequenceNo()).isEqualTo(2);
        assertThat(await(client.getOwner(stream)).orElseThrow().text()).isNotEqualTo(owner);
        assertThat(acknowledged).hasSize(300);
        assertThat(records(stream)).containsAllEntriesOf(acknowledged).containsEntry(last, "last");
    }

    private static String complaint(int status, String... args) {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        assertThat(WriteProxyMain.run(new PrintStream(errors, true, StandardCharsets.UTF_8), args))
                .isEqualTo(status);
        return assertThat(errors.toString(StandardCharsets.UTF_8).lines().toList())
                .hasSize(1)
                .actual()
                .get(0);
    }

    @Test
    void whatCannotStartSaysWhyInOneLine() throws Exception {
        String zk = cluster.zkServers();
        assertThat(complaint(1, "--uri", "distributedlog://" + zk + "/unbound", "--stats-port", "0"))
                .startsWith("write proxy can't start: ")
                .contains("/unbound");
        assertThat(complaint(1, "--uri", "http://" + zk + "/x")).contains("http://");
        assertThat(complaint(1)).contains("--uri");
        assertThat(complaint(2, "--prot", "1")).contains("--prot").contains("usage: ");
        assertThat(complaint(2, "--uri")).contains("--uri needs a value");
        assertThat(complaint(1, "--uri", cluster.uri(), "--conf", dir + "/missing.conf"))
                .contains("missing.conf");
        assertThat(complaint(1, "--uri", cluster.uri(), "--port", "99999")).contains("99999");
        assertThat(complaint(1, "--uri", cluster.uri(), "--stats-port", "http")).contains("--stats-port");
        Path misspelt = Files.writeString(dir.resolve("misspelt.conf"), "server_treads=1\n");
        assertThat(complaint(1, "--uri", cluster.uri(), "--conf", misspelt.toString()))
                .contains("server_threads");
    }

    @ParameterizedTest
    @EnumSource
    void aTakenPortIsNamed(WriteProxyConfig.Transport transport) throws Exception {
        String name = transport.name().toLowerCase(java.util.Locale.ROOT);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            assertThat(complaint(1, arguments(name, 1, "--port", port))).contains(port);
            assertThat(complaint(1, arguments(name, 1, "--stats-port", port))).contains(port);
        }
        String path = BookieCluster.NAMESPACE + "/.write_proxy";
        assertThat(await(cluster.session().childrenIfPresent(path))).isEmpty();
    }

    @Test
    void aZooKeeperThatIsNotThereIsNamed() throws Exception {
        String nobody = "127.0.0.1:" + BookieCluster.freePort();
        assertThat(complaint(1, "--uri", "distributedlog://" + nobody + "/ns", "--stats-port", "0"))
                .contains(nobody);
    }

    private static Process java(String classPath, Class<?> main, String... args) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp"));
        command.add(classPath);
        command.add(main.getName());
        command.addAll(Arrays.asList(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void aProxyGivesEverythingBackWhenItIsTerminated() throws Exception {
        int port = BookieCluster.freePort();
        Process process = java(
                System.getProperty("java.class.path"),
                WriteProxyMain.class,
                arguments("netty", 1, "--port", String.valueOf(port)));
        opened.add(process::destroyForcibly);
        // Asked again until the process listens.
        WriteProxyClient direct = client("inet!127.0.0.1:" + port);
        await(direct.write("terminated", bytes("one")));

        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        String path = BookieCluster.NAMESPACE + "/.write_proxy";
        assertThat(await(cluster.session().children(path))).isEmpty();
        assertThat(segments("terminated")).singleElement().matches(segment -> !segment.isInProgress());

        WriteProxyMain next = proxy("netty", 1);
        await(client(address(next)).write("terminated", bytes("two")));
        assertThat(records("terminated").values()).containsExactly("one", "two");
    }

    @Test
    void anApplicationOnTheNettyTransportNeedsNoScala() throws Exception {
        WriteProxyMain proxy = proxy("finagle", 1);
        List<String> all = List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator));
        List<String> withoutScala = all.stream()
                .filter(jar -> !jar.matches(".*(/com/twitter/|/org/scala-lang/|_2\\.1\\d).*"))
                .toList();
        assertThat(withoutScala.size()).isLessThan(all.size() - 10);
        Process process = java(
                String.join(java.io.File.pathSeparator, withoutScala),
                OneWrite.class,
                cluster.proxyName(),
                "without-scala",
                "one");
        opened.add(process::destroyForcibly);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("written at " + new DLSN(1, 0, 0));
        assertThat(records("without-scala").values()).containsExactly("one");
        assertThat(proxy.proxy().identity().port()).isPositive();
    }
}
