package io.dlog.metadata.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.concurrent.ThreadScheduler;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.metadata.BookieRegistration.Mode;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import io.dlog.testing.Golden;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
final class ZooKeeperSessionIT {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);
    private static final BookieEndpoint BOOKIE =
            new BookieEndpoint(new BookieId("127.0.0.1:31999"), "127.0.0.1", 31999);

    private Path data;
    private EmbeddedZooKeeper server;
    private ZooKeeperSession session;
    private final ThreadScheduler scheduler = new ThreadScheduler("test", 1);

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        data = directory;
        server = EmbeddedZooKeeper.start("127.0.0.1", 0, data);
        session = ZooKeeperSession.connect(server.connectString(), SESSION_TIMEOUT);
    }

    @AfterEach
    void stop() {
        session.close();
        server.close();
        scheduler.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void saysInOneLineThatNobodyAnswers() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> ZooKeeperSession.connect("127.0.0.1:" + port, SESSION_TIMEOUT, Duration.ofSeconds(1)))
                .isInstanceOf(MetadataException.class)
                .hasMessage("ZooKeeper at 127.0.0.1:" + port + " did not answer within 1 s; is it running?");
    }

    @Test
    void aTakenPortIsNamed() {
        assertThatThrownBy(() -> EmbeddedZooKeeper.start("127.0.0.1", server.port(), data.resolve("other")))
                .hasMessageContaining("port " + server.port());
    }

    @Test
    void aStoppedServerMakesOutcomesUnknownAndARestartedOneServesTheSameData() throws Exception {
        get(session.create("/kept", new byte[] {1}, CreateMode.PERSISTENT));
        int port = server.port();
        server.close();
        assertThatThrownBy(() -> get(session.write("/kept", new byte[] {2}, 0)))
                .cause()
                .isInstanceOfSatisfying(
                        MetadataException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
        assertThatThrownBy(() -> get(session.find("/missing")))
                .cause()
                .isInstanceOfSatisfying(
                        MetadataException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
        server = EmbeddedZooKeeper.start("127.0.0.1", port, data);
        assertThat(get(session.read("/kept")).data()).containsExactly(1);
    }

    @Test
    void theNextSessionFollowsAnExpiredOneAndWatchesGoOn() throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        session.addListener(new SessionListener() {
            @Override
            public void expired(long generation) {
                events.add("expired " + generation);
            }

            @Override
            public void established(long generation) {
                events.add("established " + generation);
            }
        });
        get(session.ensurePath("/watched"));
        LinkedBlockingQueue<String> nudges = new LinkedBlockingQueue<>();
        AutoCloseable watch = session.watchChildren("/watched", () -> nudges.add("nudge"));
        get(session.children("/watched"));
        server.expire(session.sessionId());
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("expired 1");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("established 2");
        assertThat(nudges.poll(20, TimeUnit.SECONDS)).isEqualTo("nudge");
        get(session.ensurePath("/watched/child"));
        assertThat(nudges.poll(20, TimeUnit.SECONDS)).isEqualTo("nudge");
        watch.close();
        assertThat(session.generation()).isEqualTo(2);
    }

    @Test
    void registersABookieByteForByteMovesItAndRegistersItAgainInANewSession() throws Exception {
        get(new ClusterFormat(session, "/ledgers").format(LedgerLayout.HIERARCHICAL));
        BookieRegistrationNodes registration =
                new BookieRegistrationNodes(session, "/ledgers", scheduler.lane(0), failure -> {});
        try (BookieRegistryNodes registry = BookieRegistryNodes.watching(session, "/ledgers")) {
            LinkedBlockingQueue<String> changes = new LinkedBlockingQueue<>();
            registry.onChange(() -> changes.add(registry.writable() + "/" + registry.readOnly()));
            get(registry.refresh());
            get(registration.register(BOOKIE, Mode.READ_WRITE));
            assertThat(get(session.read("/ledgers/available/127.0.0.1:31999")).data())
                    .isEqualTo(Golden.znode("/ledgers/available/127.0.0.1:31999"));
            assertThat(changes.poll(20, TimeUnit.SECONDS)).isEqualTo("[127.0.0.1:31999]/[]");
            get(registration.register(BOOKIE, Mode.READ_ONLY));
            assertThat(changes.poll(20, TimeUnit.SECONDS)).isEqualTo("[]/[127.0.0.1:31999]");
            assertThat(get(session.exists("/ledgers/available/127.0.0.1:31999")))
                    .isEmpty();

            long before = session.sessionId();
            String path = "/ledgers/available/readonly/127.0.0.1:31999";
            LinkedBlockingQueue<String> nudges = new LinkedBlockingQueue<>();
            AutoCloseable watch = session.watchNode(path, () -> nudges.add("nudge"));
            server.expire(before);
            while (get(session.exists(path)).map(ZNode::ephemeralOwner).orElse(before) == before) {
                assertThat(nudges.poll(20, TimeUnit.SECONDS)).isEqualTo("nudge");
            }
            watch.close();
            get(registration.unregister());
            assertThat(get(session.exists("/ledgers/available/readonly/127.0.0.1:31999")))
                    .isEmpty();
        }
        registration.close();
    }

    @Test
    void waitsForTheRegistrationOfAnEarlierLife() throws Exception {
        get(new ClusterFormat(session, "/ledgers").format(LedgerLayout.HIERARCHICAL));
        try (ZooKeeperSession earlier = ZooKeeperSession.connect(server.connectString(), SESSION_TIMEOUT)) {
            get(earlier.create("/ledgers/available/" + BOOKIE.id(), new byte[0], CreateMode.EPHEMERAL));
            BookieRegistrationNodes registration =
                    new BookieRegistrationNodes(session, "/ledgers", scheduler.lane(0), failure -> {});
            CompletableFuture<Void> registered = registration.register(BOOKIE, Mode.READ_WRITE);
            get(session.exists("/"));
            assertThat(registered).isNotDone();
            server.expire(earlier.sessionId());
            get(registered);
            assertThat(get(session.read("/ledgers/available/" + BOOKIE.id())).ephemeralOwner())
                    .isEqualTo(session.sessionId());
            registration.close();
        }
    }

    @Test
    void keepsCookiesByCompareAndSet() throws Exception {
        get(new ClusterFormat(session, "/ledgers").format(LedgerLayout.HIERARCHICAL));
        BookieRegistrationNodes registration =
                new BookieRegistrationNodes(session, "/ledgers", scheduler.lane(0), failure -> {});
        byte[] cookie = "5\n".getBytes(StandardCharsets.UTF_8);
        assertThat(get(registration.readCookie(BOOKIE.id()))).isEmpty();
        get(registration.writeCookie(BOOKIE.id(), cookie, -1));
        assertThatThrownBy(() -> get(registration.writeCookie(BOOKIE.id(), cookie, -1)))
                .hasMessageContaining("cookies");
        Versioned<byte[]> stored = get(registration.readCookie(BOOKIE.id())).orElseThrow();
        assertThat(stored.value()).isEqualTo(cookie);
        get(registration.writeCookie(BOOKIE.id(), cookie, stored.version()));
        get(registration.deleteCookie(BOOKIE.id()));
        get(registration.deleteCookie(BOOKIE.id()));
        assertThat(get(registration.readCookie(BOOKIE.id()))).isEmpty();
        assertThat(get(registration.instanceId())).hasSize(36);
        registration.close();
    }

    @Test
    void formattingForgetsLedgersAndCookiesButNotWhileABookieRuns() throws Exception {
        ClusterFormat format = new ClusterFormat(session, "/deep/path/ledgers");
        assertThat(get(format.isFormatted())).isFalse();
        String first = get(format.format(LedgerLayout.HIERARCHICAL));
        assertThat(get(format.isFormatted())).isTrue();
        get(session.ensurePath("/deep/path/ledgers/00/0000/L0001"));
        get(session.ensurePath("/deep/path/ledgers/cookies/b:1"));
        get(session.ensurePath("/deep/path/ledgers/idgen"));
        String second = get(format.format(LedgerLayout.HIERARCHICAL));
        assertThat(second).isNotEqualTo(first);
        assertThat(get(session.children("/deep/path/ledgers")))
                .containsExactlyInAnyOrder("available", "LAYOUT", "INSTANCEID");
        get(session.create("/deep/path/ledgers/available/b:1", new byte[0], CreateMode.EPHEMERAL));
        assertThatThrownBy(() -> get(format.format(LedgerLayout.HIERARCHICAL))).hasMessageContaining("b:1");
        assertThatThrownBy(() -> get(format.nukeExistingCluster(Optional.empty())))
                .hasMessageContaining("b:1");
        assertThat(get(format.instanceId())).isEqualTo(second);
    }

    @Test
    void aClusterIsRemovedOnlyUnderItsOwnInstanceId() throws Exception {
        ClusterFormat format = new ClusterFormat(session, "/ledgers");
        String id = get(format.initNewCluster(LedgerLayout.HIERARCHICAL));
        assertThatThrownBy(() -> get(format.initNewCluster(LedgerLayout.HIERARCHICAL)))
                .hasMessageContaining("exists already");
        assertThatThrownBy(() -> get(format.nukeExistingCluster(Optional.of("another"))))
                .hasMessageContaining(id);
        get(session.ensurePath("/ledgers/mine"));
        assertThatThrownBy(() -> get(format.nukeExistingCluster(Optional.of(id))))
                .hasMessageContaining("mine");
        get(session.delete("/ledgers/mine", -1));
        get(format.nukeExistingCluster(Optional.of(id)));
        assertThat(get(session.exists("/ledgers"))).isEmpty();
    }
}
