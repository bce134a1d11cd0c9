package io.dlog.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad input gets one line that says what is wrong and what to do, and costs nothing that was stored before. */
@Tag("integration")
@Timeout(120)
final class BadInputIT {
    private static final String STREAM = "kept";
    private static final String KEPT = "one\ntwo\n";

    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster(@TempDir Path directory) throws Exception {
        cluster = new ProcessCluster(directory);
        assertThat(cluster.command(KEPT, "write", "-u", cluster.uri(), STREAM).status())
                .isZero();
    }

    /** Whatever the tests did: everything still runs and the records are there. */
    @AfterAll
    static void everythingIsStillThere() throws Exception {
        if (cluster != null) {
            try (ProcessCluster closed = cluster) {
                assertThat(List.of(closed.bookie(0), closed.bookie(3), closed.proxy(0), closed.proxy(1)))
                        .allMatch(DlogProcess::isAlive);
                assertThat(cluster.command("", "read", "-u", cluster.uri(), STREAM)
                                .out())
                        .isEqualTo(KEPT);
            }
        }
    }

    private static void refused(DlogProcess.Outcome outcome, int status, String... words) {
        assertThat(outcome.err().lines().toList()).as("stderr").hasSize(1);
        assertThat(outcome.err()).contains(words).doesNotContain("Exception");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(status);
    }

    private static DlogProcess.Outcome dlog(String... args) throws Exception {
        return cluster.command("", args);
    }

    /** Runs a bookie with other settings than those of bookie {@code i}, to its end. */
    private static DlogProcess.Outcome bookie(String settings) throws Exception {
        Path file = Files.createTempFile(cluster.directory(), "bookie", ".conf");
        Files.writeString(file, settings);
        return serve("bookie", "--conf", file.toString());
    }

    private static DlogProcess.Outcome serve(String... args) throws Exception {
        Path own = Files.createTempDirectory(cluster.directory(), "service");
        try (DlogProcess process = DlogProcess.service(own, "service", args)) {
            return process.outcome("");
        }
    }

    private static DlogProcess.Outcome proxy(String uri, int port, String settings) throws Exception {
        Path file = Files.createTempFile(cluster.directory(), "proxy", ".conf");
        Files.writeString(file, settings);
        return serve(
                "writeproxy",
                "--uri",
                uri,
                "--conf",
                file.toString(),
                "--port",
                String.valueOf(port),
                "--stats-port",
                "0");
    }

    private static String newBookie() throws IOException {
        return cluster.bookieSettings(17, cluster.freePort());
    }

    @Test
    void unknownStream() throws Exception {
        refused(dlog("read", "-u", cluster.uri(), "nowhere"), 1, "nowhere");
        refused(dlog("tool", "show", "-u", cluster.uri(), "-s", "nowhere"), 1, "nowhere");
        refused(dlog("tool", "delete", "-u", cluster.uri(), "-s", "nowhere", "-f"), 1, "nowhere");
    }

    @Test
    void unboundNamespace() throws Exception {
        String uri = "distributedlog://" + cluster.zkServers() + "/not/bound";
        refused(dlog("read", "-u", uri, STREAM), 1, "/not/bound", "bind");
        refused(dlog("tool", "list", "-u", uri), 1, "/not/bound", "bind");
        refused(proxy(uri, 0, ""), 1, "/not/bound", "bind");
    }

    @Test
    void malformedUri() throws Exception {
        refused(dlog("read", "-u", "http://127.0.0.1/x", STREAM), 1, "http://127.0.0.1/x", "distributedlog");
        refused(dlog("tool", "list", "-u", "distributedlog:///x"), 1, "distributedlog:///x");
        refused(proxy("nonsense", 0, ""), 1, "nonsense", "distributedlog");
    }

    @Test
    void missingServers() throws Exception {
        refused(bookie(newBookie().replaceAll("zkServers=.*\n", "")), 1, "zkServers must be set");
    }

    @Test
    void wrongTypesInAFile() throws Exception {
        refused(bookie(newBookie() + "zkTimeout=soon\n"), 1, "zkTimeout=soon", "line ", "30s");
        refused(bookie(newBookie().replaceAll("bookiePort=.*", "bookiePort=99999")), 1, "bookiePort=99999", "65535");
        refused(proxy(cluster.uri(), 0, "server_threads=many\n"), 1, "server_threads=many", "line 1");
        refused(proxy(cluster.uri(), 0, "bkcWriteQuorumSize=9\n"), 1, "bkcWriteQuorumSize=9", "bkcEnsembleSize=3");
    }

    @Test
    void aTypoInAKey() throws Exception {
        refused(
                bookie(newBookie().replace("journalDirectory", "journalDirectry")),
                1,
                "journalDirectry",
                "did you mean journalDirectory?");
        refused(proxy(cluster.uri(), 0, "bkcEnsambleSize=3\n"), 1, "did you mean bkcEnsembleSize?");
    }

    @Test
    void aMissingFile() throws Exception {
        refused(serve("bookie", "--conf", "/nowhere.conf"), 1, "/nowhere.conf");
        refused(serve("zookeeper", "/nowhere.conf"), 1, "/nowhere.conf");
        refused(serve("writeproxy", "--uri", cluster.uri(), "--conf", "/nowhere.conf"), 1, "/nowhere.conf");
    }

    @Test
    void aPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(cluster.freePort(), 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            refused(bookie(cluster.bookieSettings(18, taken.getLocalPort())), 2, port, "in use", "bookiePort");
            refused(proxy(cluster.uri(), taken.getLocalPort(), ""), 1, port, "in use", "--port");
            Path file = cluster.directory().resolve("taken.conf");
            Files.writeString(
                    file,
                    "dataDir=" + cluster.directory().resolve("taken") + "\nclientPort=" + port
                            + "\nclientPortAddress=127.0.0.1\n");
            refused(serve("zookeeper", file.toString()), 1, port, "clientPort");
        }
    }

    @Test
    void theDirectoryOfAnotherBookie() throws Exception {
        int port = cluster.freePort();
        refused(
                bookie(cluster.bookieSettings(0, port)),
                2,
                "belongs to bookie 127.0.0.1:" + cluster.bookiePort(0),
                "127.0.0.1:" + port);
        // Not even its owner may have it twice.
        refused(
                bookie(cluster.bookieSettings(0, cluster.bookiePort(0))),
                2,
                "ledgers-0",
                "is another bookie running on it?");
    }

    @Test
    void aDirectoryThatCannotBeWritten() throws Exception {
        Path file = Files.writeString(cluster.directory().resolve("a-file"), "");
        refused(
                bookie(newBookie().replaceAll("journalDirectory=.*", "journalDirectory=" + file + "/j")),
                2,
                file + "/j");
        refused(
                bookie(newBookie().replaceAll("ledgerDirectories=.*", "ledgerDirectories=/proc/none")),
                2,
                "/proc/none");
    }

    @Test
    void aRecordOverTheLimit() throws Exception {
        String tooLong = "x".repeat(1024 * 1024);
        DlogProcess.Outcome outcome =
                cluster.command("before\n" + tooLong + "\n", "write", "-u", cluster.uri(), "large");
        refused(outcome, 1, "1040384");
        assertThat(outcome.err().length()).isLessThan(1000);
        assertThat(dlog("read", "-u", cluster.uri(), "large").out()).isEqualTo("before\n");
    }

    @Test
    void tooFewBookies() throws Exception {
        String uri = "distributedlog://" + cluster.zkServers() + "/alone";
        String servers = cluster.zkServers();
        assertThat(dlog(
                                "admin",
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
                                ProcessCluster.LEDGERS,
                                "-i",
                                "false",
                                "-r",
                                "true",
                                "-c",
                                uri)
                        .status())
                .isZero();
        Path file = Files.writeString(cluster.directory().resolve("many.conf"), "bkcEnsembleSize=9\n");
        refused(cluster.command("x\n", "write", "-u", uri, "-c", file.toString(), "wide"), 1, "9", "4", "bookies");
    }

    @Test
    void noZooKeeper() throws Exception {
        String nobody = "127.0.0.1:" + cluster.freePort();
        long start = System.nanoTime();
        refused(dlog("tool", "list", "-u", "distributedlog://" + nobody + "/x"), 1, nobody, "is it running?");
        refused(
                bookie(newBookie()
                        .replaceAll("zkServers=.*", "zkServers=" + nobody)
                        .replaceAll("zkTimeout=.*", "zkTimeout=2s")),
                4,
                nobody,
                "within 2 s",
                "is it running?");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(40);
    }
}
