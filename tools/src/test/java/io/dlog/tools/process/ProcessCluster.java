package io.dlog.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * ZooKeeper, bookies and write proxies, each a process of its own on this machine, with one bound namespace.
 *
 * <p>Sessions are short, so that the dead are soon known to be dead. Thread: owned by the test.
 */
final class ProcessCluster implements AutoCloseable {
    static final int BOOKIES = 4;
    static final int PROXIES = 2;
    static final String NAMESPACE = "/messaging/distributedlog/mynamespace";
    static final String LEDGERS = "/messaging/bookkeeper/ledgers";
    static final int SESSION_SECONDS = 3;

    /** Below the ports that systems give to outgoing connections, which could take a dead bookie's port. */
    private static final int PORT_FIRST = 20_000;

    private static final int PORT_LAST = 32_000;

    private final Path directory;
    private final Random random = new Random();
    private final int zooKeeperPort = freePort();
    private final int[] bookiePorts = new int[BOOKIES];
    private final int[] proxyPorts = new int[PROXIES];
    private final List<DlogProcess> all = new ArrayList<>();
    private final DlogProcess[] bookies = new DlogProcess[BOOKIES];
    private final DlogProcess[] proxies = new DlogProcess[PROXIES];
    private DlogProcess zooKeeper;

    /** Formats the cluster, binds the namespace and starts everything. */
    ProcessCluster(Path directory) throws Exception {
        this.directory = directory;
        Files.writeString(
                directory.resolve("zookeeper.conf"),
                "tickTime=500\nminSessionTimeout=1000\nmaxSessionTimeout=4000\nmaxClientCnxns=0\ndataDir="
                        + directory.resolve("zookeeper") + "\nclientPortAddress=127.0.0.1\nclientPort=" + zooKeeperPort
                        + "\n");
        for (int i = 0; i < BOOKIES; i++) {
            bookiePorts[i] = freePort();
            Files.writeString(bookieConf(i), bookieSettings(i, bookiePorts[i]));
        }
        for (int i = 0; i < PROXIES; i++) {
            proxyPorts[i] = freePort();
        }
        Files.writeString(
                directory.resolve("proxy.conf"),
                "zkSessionTimeoutSeconds=" + SESSION_SECONDS + "\nbkcEnsembleSize=3\nbkcWriteQuorumSize=3\n"
                        + "bkcAckQuorumSize=2\nbkcWriteTimeoutSeconds=2\nbkcReadTimeoutSeconds=1\n"
                        + "writerOutputBufferSize=0\nenableImmediateFlush=true\nlockTimeoutSeconds=0\n"
                        + "server_threads=2\n");
        zooKeeper = DlogProcess.service(directory, "zookeeper", "zookeeper", conf("zookeeper.conf"));
        try {
            zooKeeper.awaitReady();
            DlogProcess.Outcome formatted =
                    command("", "bkshell", "metaformat", "-conf", bookieConf(0).toString(), "-n");
            assertThat(formatted.status()).as(formatted.err()).isZero();
            String servers = zkServers();
            DlogProcess.Outcome bound = command(
                    "", "admin", "bind", "-dlzr", servers, "-dlzw", servers, "-s", servers, "-bkzr", servers, "-l",
                    LEDGERS, "-i", "false", "-r", "true", "-c", uri());
            assertThat(bound.status()).as(bound.err()).isZero();
            startBookiesAndProxies();
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    private String conf(String file) {
        return directory.resolve(file).toString();
    }

    Path bookieConf(int i) {
        return directory.resolve("bookie-" + i + ".conf");
    }

    Path directory() {
        return directory;
    }

    /** A bookie's file; every bookie has its own directories. */
    String bookieSettings(int i, int port) {
        return "zkServers=" + zkServers() + "\nzkLedgersRootPath=" + LEDGERS + "\nbookiePort=" + port
                + "\njournalDirectory=" + directory.resolve("journal-" + i) + "\nledgerDirectories="
                + directory.resolve("ledgers-" + i) + "\nzkTimeout=" + SESSION_SECONDS
                + "s\njournalMaxSizeMB=16\nlogBufferSize=16\nreadBufferSizeBytes=4194304\nflushInterval=1000\n"
                + "enableStatistics=false\n";
    }

    /** Runs a command to its end. */
    DlogProcess.Outcome command(String typed, String... args) throws Exception {
        return DlogProcess.command(directory, typed, args);
    }

    String zkServers() {
        return "127.0.0.1:" + zooKeeperPort;
    }

    String uri() {
        return "distributedlog://" + zkServers() + NAMESPACE;
    }

    /** The name under which clients find the proxies. */
    String proxyName() {
        return "zk!" + zkServers() + "!" + NAMESPACE + "/.write_proxy";
    }

    int proxyPort(int i) {
        return proxyPorts[i];
    }

    int bookiePort(int i) {
        return bookiePorts[i];
    }

    int proxyOnPort(int port) {
        return proxyPorts[0] == port ? 0 : 1;
    }

    DlogProcess bookie(int i) {
        return bookies[i];
    }

    DlogProcess proxy(int i) {
        return proxies[i];
    }

    DlogProcess zooKeeper() {
        return zooKeeper;
    }

    void startBookie(int i) throws IOException {
        bookies[i] = DlogProcess.service(
                directory, "bookie-" + i, "bookie", "--conf", bookieConf(i).toString());
        all.add(bookies[i]);
    }

    void startProxy(int i) throws IOException {
        proxies[i] = DlogProcess.service(
                directory,
                "proxy-" + i,
                "writeproxy",
                "--uri",
                uri(),
                "--conf",
                conf("proxy.conf"),
                "--port",
                String.valueOf(proxyPorts[i]),
                "--shard-id",
                String.valueOf(i),
                "--stats-port",
                "0",
                "--announce");
        all.add(proxies[i]);
    }

    void startZooKeeper() throws Exception {
        zooKeeper = DlogProcess.service(directory, "zookeeper", "zookeeper", conf("zookeeper.conf"));
        zooKeeper.awaitReady();
    }

    /** Starts bookies, then proxies, and waits until all accept work. */
    void startBookiesAndProxies() throws Exception {
        for (int i = 0; i < BOOKIES; i++) {
            startBookie(i);
        }
        for (DlogProcess bookie : bookies) {
            bookie.awaitReady();
        }
        for (int i = 0; i < PROXIES; i++) {
            startProxy(i);
        }
        for (DlogProcess proxy : proxies) {
            proxy.awaitReady();
        }
    }

    /** {@code kill -9} of every process, in an order of chance. */
    void killAll(Random order) throws Exception {
        List<DlogProcess> victims = new ArrayList<>(List.of(bookies));
        victims.addAll(List.of(proxies));
        victims.add(zooKeeper);
        Collections.shuffle(victims, order);
        for (DlogProcess victim : victims) {
            victim.signal("KILL");
        }
        for (DlogProcess victim : victims) {
            victim.killNine();
        }
    }

    /** Waits until a question is answered with yes, asking again and again. */
    static void eventually(String what, int seconds, Callable<Boolean> question) throws Exception {
        long start = System.nanoTime();
        while (!question.call()) {
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                    .as(what)
                    .isLessThan(seconds);
        }
    }

    /** A port that nobody has and no outgoing connection gets. */
    int freePort() throws IOException {
        IOException last = new IOException("no port tried");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = PORT_FIRST + random.nextInt(PORT_LAST - PORT_FIRST);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw last;
    }

    @Override
    public void close() {
        all.forEach(DlogProcess::close);
        zooKeeper.close();
    }
}
