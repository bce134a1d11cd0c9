package io.dlog.bookie;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.testing.InMemoryLedgerStorage;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bookie as a process sees it, with a real ZooKeeper, real directories, and its disks in memory. */
@Tag("integration")
@Timeout(60)
final class BookieIT {
    private static final String ROOT = "/messaging/bookkeeper/ledgers";
    private final CompletableFuture<Throwable> diskFailure = new CompletableFuture<>();
    private final BookieStorage.Opener inMemory = (config, files, scheduler, metrics) ->
            new BookieStorage(new InMemoryLedgerStorage(), diskFailure, () -> {});

    private final Path dir;
    private final EmbeddedZooKeeper zooKeeper;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CountDownLatch stop = new CountDownLatch(1);

    BookieIT(@TempDir Path dir) throws IOException {
        this.dir = dir;
        this.zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, dir.resolve("zk"));
    }

    @BeforeEach
    void format() throws MetadataException {
        try (ZooKeeperSession session = session()) {
            Waiting.on(new ClusterFormat(session, ROOT).format(LedgerLayout.HIERARCHICAL));
        }
    }

    @AfterEach
    void stopZooKeeper() {
        zooKeeper.close();
    }

    private ZooKeeperSession session() throws MetadataException {
        return ZooKeeperSession.connect(zooKeeper.connectString(), Duration.ofSeconds(10));
    }

    private Path conf(String name, int port, String more) throws IOException {
        return Files.writeString(
                dir.resolve(name + ".conf"),
                "bookiePort=" + port + "\nzkLedgersRootPath=" + ROOT + "\nzkTimeout=2000\njournalDirectory=" + dir
                        + "/" + name + "/journal\nledgerDirectories=" + dir + "/" + name
                        + "/ledgers\ncodahaleStatsHttpPort=0\nuseHostNameAsBookieID=true\nallowLoopback=true\n"
                        + (more.contains("zkServers") ? "" : "zkServers=" + zooKeeper.connectString() + "\n") + more);
    }

    private int run(Path conf, PrintStream out, String... more) {
        String[] args = new String[2 + more.length];
        args[0] = "--conf";
        args[1] = conf.toString();
        System.arraycopy(more, 0, args, 2, more.length);
        return BookieMain.run(args, inMemory, out, new PrintStream(err, true, StandardCharsets.UTF_8), stop);
    }

    private String complaint() {
        return err.toString(StandardCharsets.UTF_8).trim();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void registersWhileItRunsAndLeavesWhenItIsStopped() throws Exception {
        int port = freePort();
        FirstLine out = new FirstLine();
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return run(conf("b", port, ""), out.stream());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(out.line()).isEqualTo("bookie 127.0.0.1:" + port + " is ready");
        try (ZooKeeperSession session = session()) {
            assertThat(Waiting.on(session.children(ROOT + "/available")))
                    .containsExactlyInAnyOrder("127.0.0.1:" + port, "readonly");
            assertThat(Waiting.on(session.children(ROOT + "/cookies"))).containsExactly("127.0.0.1:" + port);
            stop.countDown();
            assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(BookieMain.STOPPED);
            assertThat(Waiting.on(session.children(ROOT + "/available"))).containsExactly("readonly");
        }
        assertThat(complaint()).isEmpty();
    }

    @Test
    void keepsEntriesAndFencesOverARestartOnRealDisks() throws Exception {
        int port = freePort();
        BookieConfig config =
                BookieConfig.read(io.dlog.config.ConfigReader.open(conf("d", port, "logBufferSize=32\n")));
        String ids = "0000000000000007" + "0000000000000000";
        String key = "2aa226ba095b6969a64871977693b14671710d76";
        String add = "0000003902010000" + key + ids + "ffffffffffffffff" + "0000000000000000" + "aa";
        try (Bookie bookie = Bookie.start(config, Bookie.Offer.READ_WRITE)) {
            assertThat(ask(port, add)).isEqualTo("0201000000000000" + ids);
            assertThat(ask(port, "0000002802020001" + ids + key)).startsWith("0202000000000000" + ids);
            assertThat(bookie.mustStop()).isNotDone();
        }
        try (Bookie bookie = Bookie.start(config, Bookie.Offer.READ_WRITE)) {
            assertThat(ask(port, "0000001402020000" + ids)).startsWith("0202000000000000" + ids + ids);
            assertThat(ask(port, add)).isEqualTo("0201000000000068" + ids);
            assertThat(bookie.mustStop()).isNotDone();
        }
    }

    private static String ask(int port, String frame) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(HexFormat.of().parseHex(frame));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return HexFormat.of().formatHex(answer);
        }
    }

    @Test
    void stopsByItselfWhenItsDiskFails() throws Exception {
        FirstLine out = new FirstLine();
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return run(conf("b", freePort(), ""), out.stream());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(out.line()).endsWith("is ready");
        diskFailure.complete(new IOException("Input/output error"));
        assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(BookieMain.SERVER_FAILED);
        assertThat(complaint()).contains("a write to disk failed").contains("Input/output error");
    }

    @Test
    void registersForReadsOnlyWhenToldSoAndServesItsStatsPage() throws Exception {
        BookieConfig config = BookieConfig.read(io.dlog.config.ConfigReader.open(conf("b", freePort(), "")));
        try (Bookie bookie = Bookie.start(config, Bookie.Offer.READ_ONLY, inMemory);
                ZooKeeperSession session = session()) {
            assertThat(Waiting.on(session.children(ROOT + "/available"))).containsExactly("readonly");
            assertThat(Waiting.on(session.children(ROOT + "/available/readonly")))
                    .containsExactly(bookie.id().id());
            HttpResponse<String> pong = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + bookie.statsPort().orElseThrow() + "/ping"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(pong.body().trim()).isEqualTo("pong");
        }
    }

    @Test
    void saysInOneLineWhyItCannotStart() throws Exception {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        int port = freePort();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(run(conf("taken", taken.getLocalPort(), ""), out)).isEqualTo(BookieMain.SERVER_FAILED);
        }
        assertThat(complaint())
                .startsWith("bookie port " + port + " on 127.0.0.1 can't be used")
                .doesNotContain("\n");
        err.reset();

        assertThat(run(conf("taken", freePort(), ""), out)).isEqualTo(BookieMain.SERVER_FAILED);
        assertThat(complaint()).contains("belongs to bookie 127.0.0.1:" + port).doesNotContain("\n");
        err.reset();

        assertThat(run(conf("alone", port, "zkServers=127.0.0.1:" + freePort() + "\n"), out))
                .isEqualTo(BookieMain.REGISTRATION_FAILED);
        assertThat(complaint()).contains("did not answer within 2 s").doesNotContain("\n");
        err.reset();

        assertThat(run(conf("typo", port, "bookieProt=1\n"), out)).isEqualTo(BookieMain.INVALID_CONFIGURATION);
        assertThat(complaint())
                .contains("unknown key bookieProt; did you mean bookiePort?")
                .doesNotContain("\n");
    }

    /** Standard output of which a test waits for the first line. */
    private static final class FirstLine extends ByteArrayOutputStream {
        private final CompletableFuture<String> first = new CompletableFuture<>();

        PrintStream stream() {
            return new PrintStream(this, true, StandardCharsets.UTF_8);
        }

        String line() throws Exception {
            return first.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void flush() {
            String text = toString(StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            if (end >= 0) {
                first.complete(text.substring(0, end));
            }
        }
    }
}
