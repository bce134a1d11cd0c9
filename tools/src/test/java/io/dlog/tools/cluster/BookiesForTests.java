package io.dlog.tools.cluster;

import io.dlog.bookie.Bookie;
import io.dlog.bookie.BookieConfig;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.log.BlockingCalls;
import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.metrics.DropwizardMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A bookkeeper cluster of real bookies in this process, with little memory, under a ledger root of its own.
 *
 * <p>Thread: owned by its test.
 */
final class BookiesForTests implements AutoCloseable {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(30);

    private final ZooKeeperSession session;
    private final String zkServers;
    private final String root;
    private final Path directory;
    private final Map<BookieId, Bookie> running = new LinkedHashMap<>();
    private int started;

    private BookiesForTests(ZooKeeperSession session, String zkServers, String root, Path directory) {
        this.session = session;
        this.zkServers = zkServers;
        this.root = root;
        this.directory = directory;
    }

    /** Formats the cluster and starts its bookies. */
    static BookiesForTests start(String zkServers, String root, Path directory, int count) throws Exception {
        ZooKeeperSession session = ZooKeeperSession.connect(zkServers, SESSION_TIMEOUT);
        BookiesForTests cluster = new BookiesForTests(session, zkServers, root, directory);
        BlockingCalls.await(new ClusterFormat(session, root).format(LedgerLayout.HIERARCHICAL));
        for (int i = 0; i < count; i++) {
            cluster.startOne();
        }
        return cluster;
    }

    /** One more bookie; it accepts work on return. */
    BookieId startOne() throws Exception {
        Path home = Files.createDirectories(directory.resolve("bookie-" + started));
        started++;
        Path conf = Files.writeString(home.resolve("bookie.conf"), """
                bookiePort=%d
                zkServers=%s
                zkLedgersRootPath=%s
                journalDirectory=%s
                ledgerDirectories=%s
                logBufferSize=24
                journalMaxSizeMB=72
                readBufferSizeBytes=1048576
                serverNumIOThreads=1
                numReadWorkerThreads=1
                enableStatistics=false
                diskUsageThreshold=1.0
                """.formatted(
                        freePort(), zkServers, root, home.resolve("journal"), home.resolve("ledgers")));
        Bookie bookie = Bookie.start(config(conf), Bookie.Offer.READ_WRITE);
        running.put(bookie.id(), bookie);
        return bookie.id();
    }

    private static BookieConfig config(Path conf) throws ConfigException, IOException {
        return BookieConfig.read(ConfigReader.open(conf));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Stops one bookie. */
    void stop(BookieId id) {
        Bookie bookie = running.remove(id);
        if (bookie == null) {
            throw new AssertionError("no such bookie: " + id);
        }
        bookie.close();
    }

    /** What one of the bookies measures. */
    DropwizardMetrics metricsOfOne() {
        return running.values().iterator().next().metrics();
    }

    String root() {
        return root;
    }

    int size() {
        return running.size();
    }

    /** Ids of all ledgers of this cluster. */
    Set<Long> ledgers() throws Exception {
        return new TreeSet<>(BlockingCalls.await(metadata().list()));
    }

    LedgerMetadata ledger(long id) throws Exception {
        return BlockingCalls.await(metadata().read(id)).value();
    }

    private LedgerMetadataNodes metadata() {
        return new LedgerMetadataNodes(session, root, LedgerLayout.HIERARCHICAL);
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
        session.close();
    }
}
