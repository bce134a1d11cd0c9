package io.dlog.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.AsyncLogReader;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogConfig;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.Namespace;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.metadata.zookeeper.LayoutNode;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.proxyclient.WriteProxyClientConfig;
import io.dlog.tools.process.StreamLoad.Copies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is read back, whatever process is killed or stopped. */
@Tag("integration")
@Timeout(180)
final class KillNineIT {
    private static final int STREAMS = 3;
    private static final int CYCLES = 2;
    private static final int PATIENCE_SECONDS = 60;

    /** Proxies' own session, its end noticed, and some. */
    private static final Duration ATTEMPT = Duration.ofSeconds(2);

    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster(@TempDir Path directory) throws Exception {
        cluster = new ProcessCluster(directory);
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static WriteProxyClient client(WriteProxyClientConfig config) throws IOException {
        return WriteProxyClient.builder(cluster.proxyName(), "kill-nine")
                .config(config)
                .build();
    }

    private static WriteProxyClientConfig patient() {
        return WriteProxyClientConfig.of("kill-nine").withTimeouts(Duration.ofSeconds(PATIENCE_SECONDS), ATTEMPT);
    }

    private static List<StreamLoad> start(WriteProxyClient client, String name, Semaphore acknowledgements) {
        List<StreamLoad> loads = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            loads.add(new StreamLoad(client, name + "-" + i, acknowledgements).start());
        }
        return loads;
    }

    private static void await(Semaphore acknowledgements, int count, List<StreamLoad> loads) throws Exception {
        assertThat(acknowledgements.tryAcquire(count, PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as(
                        "%s more records are acknowledged: %s",
                        count, loads.stream().map(StreamLoad::summary).toList())
                .isTrue();
    }

    private static Namespace namespace() throws IOException {
        LogConfig config = LogConfig.defaults().toBuilder()
                .zkSessionTimeout(Duration.ofSeconds(ProcessCluster.SESSION_SECONDS))
                .build();
        return new NamespaceBuilder().uri(cluster.uri()).conf(config).build();
    }

    private static List<LogRecordWithDLSN> readAll(Namespace namespace, String stream) throws Exception {
        List<LogRecordWithDLSN> all = new ArrayList<>();
        try (DistributedLogManager log = namespace.openLog(stream)) {
            DLSN end = log.getLastLogRecordAsync()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .getDlsn();
            AsyncLogReader reader = log.openAsyncLogReader(DLSN.InitialDLSN).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            while (all.isEmpty() || all.get(all.size() - 1).getDlsn().compareTo(end) < 0) {
                all.addAll(reader.readBulk(1000).get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
            reader.asyncClose().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        return all;
    }

    /** Ends the load, makes the owners complete their segments, reads everything. */
    private static void stopAndVerify(List<StreamLoad> loads, Copies copies) throws Exception {
        for (StreamLoad load : loads) {
            load.stop();
        }
        try (WriteProxyClient client = client(patient());
                Namespace namespace = namespace()) {
            for (StreamLoad load : loads) {
                client.release(load.stream()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                load.verify(readAll(namespace, load.stream()), copies);
            }
        }
    }

    @Test
    void losesNothingWhenEveryProcessIsKilledUnderLoad() throws Exception {
        long seed = Long.getLong("kill.seed", System.nanoTime());
        System.err.println("kill.seed=" + seed);
        Random random = new Random(seed);
        Semaphore acknowledgements = new Semaphore(0);
        // One attempt a record, so that the stream may have it at most once.
        try (WriteProxyClient client = client(patient().withMaxRedirects(0))) {
            List<StreamLoad> loads = start(client, "all", acknowledgements);
            for (int cycle = 0; cycle < CYCLES; cycle++) {
                await(acknowledgements, 100 + random.nextInt(500), loads);
                cluster.killAll(random);
                cluster.startZooKeeper();
                cluster.startBookiesAndProxies();
            }
            acknowledgements.drainPermits();
            await(acknowledgements, 100, loads);
            stopAndVerify(loads, Copies.AT_MOST_ONE);
        }
    }

    @Test
    void goesOnWithAnotherBookieWhenOneIsKilled() throws Exception {
        Semaphore acknowledgements = new Semaphore(0);
        try (WriteProxyClient client = client(patient())) {
            List<StreamLoad> loads = start(client, "bookie", acknowledgements);
            await(acknowledgements, 100, loads);
            for (int victim = 0; victim < 2; victim++) {
                cluster.bookie(victim).killNine();
                acknowledgements.drainPermits();
                await(acknowledgements, 100, loads);
                cluster.startBookie(victim);
                cluster.bookie(victim).awaitReady();
            }
            stopAndVerify(loads, Copies.ANY);
            assertThat(loads)
                    .allSatisfy(load ->
                            assertThat(load.failures()).as(load.summary()).isZero());
            assertThat(fragments(loads)).as("ensembles of all segments").isGreaterThan(segments(loads));
        }
    }

    private static int segments(List<StreamLoad> loads) throws Exception {
        return ledgers(loads).size();
    }

    private static List<Long> ledgers(List<StreamLoad> loads) throws Exception {
        List<Long> ledgers = new ArrayList<>();
        try (Namespace namespace = namespace()) {
            for (StreamLoad load : loads) {
                try (DistributedLogManager log = namespace.openLog(load.stream())) {
                    log.getLogSegments().stream().map(LogSegmentInfo::ledgerId).forEach(ledgers::add);
                }
            }
        }
        return ledgers;
    }

    private static int fragments(List<StreamLoad> loads) throws Exception {
        int count = 0;
        try (ZooKeeperSession session = ZooKeeperSession.connect(cluster.zkServers(), Duration.ofSeconds(3))) {
            var layout = new LayoutNode(session, ProcessCluster.LEDGERS).read().get();
            var metadata = new LedgerMetadataNodes(session, ProcessCluster.LEDGERS, layout);
            for (long ledger : ledgers(loads)) {
                count += metadata.read(ledger).get().value().fragments().size();
            }
        }
        return count;
    }

    @Test
    void anotherProxyTakesOverWhenTheOwnerIsKilled() throws Exception {
        Semaphore acknowledgements = new Semaphore(0);
        try (WriteProxyClient client = client(patient())) {
            List<StreamLoad> loads = start(client, "proxy", acknowledgements);
            await(acknowledgements, 100, loads);
            int victim = owner(client, loads.get(0).stream());
            cluster.proxy(victim).killNine();
            acknowledgements.drainPermits();
            await(acknowledgements, 100, loads);
            assertThat(loads)
                    .allSatisfy(load ->
                            assertThat(load.failures()).as(load.summary()).isZero());
            cluster.startProxy(victim);
            cluster.proxy(victim).awaitReady();
            stopAndVerify(loads, Copies.ANY);
            assertThat(loads)
                    .allSatisfy(load ->
                            assertThat(load.failures()).as(load.summary()).isZero());
        }
    }

    private static int owner(WriteProxyClient client, String stream) throws Exception {
        return cluster.proxyOnPort(client.getOwner(stream)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow()
                .port());
    }

    @Test
    void aProxyThatSleptThroughItsSessionAcknowledgesNothingMore() throws Exception {
        String stream = "slept-0";
        try (WriteProxyClient client = client(patient())) {
            client.write(stream, record("before")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            int sleeper = owner(client, stream);
            WriteProxyClientConfig oneLongAttempt = WriteProxyClientConfig.of("sleeper")
                    .withTimeouts(Duration.ofSeconds(PATIENCE_SECONDS), Duration.ofSeconds(PATIENCE_SECONDS))
                    .withMaxRedirects(0);
            String name = "inet!127.0.0.1:" + cluster.proxyPort(sleeper);
            try (WriteProxyClient pinned = WriteProxyClient.builder(name, "sleeper")
                    .config(oneLongAttempt)
                    .build()) {
                DLSN owned = pinned.write(stream, record("owned")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                cluster.proxy(sleeper).signal("STOP");
                List<CompletableFuture<DLSN>> unheard = new ArrayList<>();
                DLSN recovered;
                try {
                    for (int i = 0; i < 20; i++) {
                        unheard.add(pinned.write(stream, record("unheard " + i)));
                    }
                    // The other proxy gets the stream once the sleeper's session is over.
                    recovered = client.write(stream, record("recovered")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    assertThat(recovered).isGreaterThan(owned);
                } finally {
                    cluster.proxy(sleeper).signal("CONT");
                }
                for (CompletableFuture<DLSN> write : unheard) {
                    assertThat(write.handle((dlsn, failure) -> failure == null ? "acknowledged at " + dlsn : "refused")
                                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                            .isEqualTo("refused");
                }
                DLSN after = client.write(stream, record("after")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(after).isGreaterThan(recovered);
            }
            client.release(stream).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        try (Namespace namespace = namespace()) {
            assertThat(readAll(namespace, stream))
                    .extracting(read -> new String(read.getPayload(), StandardCharsets.UTF_8))
                    .containsSubsequence("before", "owned", "recovered", "after")
                    .doesNotContain("unheard 0", "unheard 19");
        }
    }

    @Test
    void whatIsOpenGoesOnWithoutZooKeeperAndTheRestWhenItIsBack() throws Exception {
        Semaphore acknowledgements = new Semaphore(0);
        try (WriteProxyClient client = client(patient())) {
            List<StreamLoad> loads = start(client, "keeper", acknowledgements);
            await(acknowledgements, 100, loads);
            cluster.zooKeeper().killNine();
            acknowledgements.drainPermits();
            await(acknowledgements, 50, loads);
            cluster.startZooKeeper();
            acknowledgements.drainPermits();
            DLSN fresh = client.write("keeper-fresh", record("fresh")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(fresh).isEqualTo(DLSN.InitialDLSN);
            await(acknowledgements, 100, loads);
            ProcessCluster.eventually("all bookies registered", ProcessCluster.SESSION_SECONDS * 4, () -> {
                try (ZooKeeperSession session = ZooKeeperSession.connect(cluster.zkServers(), Duration.ofSeconds(3))) {
                    return session.children(ProcessCluster.LEDGERS + "/available").get().stream()
                                    .filter(name -> name.startsWith("127.0.0.1"))
                                    .count()
                            == ProcessCluster.BOOKIES;
                }
            });
            stopAndVerify(loads, Copies.ANY);
            assertThat(loads)
                    .allSatisfy(load ->
                            assertThat(load.failures()).as(load.summary()).isZero());
        }
    }

    private static ByteBuffer record(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
