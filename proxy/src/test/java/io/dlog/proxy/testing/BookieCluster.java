package io.dlog.proxy.testing;

import io.dlog.bookie.Bookie;
import io.dlog.bookie.BookieConfig;
import io.dlog.config.ConfigReader;
import io.dlog.log.LogConfig;
import io.dlog.log.Namespace;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;

/**
 * ZooKeeper, three bookies on real disks, and a namespace bound to them, in this process and on free ports.
 *
 * <p>Thread: owned by the test.
 */
public final class BookieCluster implements AutoCloseable {
    /** Where the namespace lies. */
    public static final String NAMESPACE = "/messaging/distributedlog/mynamespace";

    private static final String LEDGERS = "/messaging/bookkeeper/ledgers";
    private static final int BOOKIES = 3;

    private final ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();
    private final EmbeddedZooKeeper zooKeeper;
    private final ZooKeeperSession session;

    private BookieCluster(Path dir) throws IOException, MetadataException {
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, dir.resolve("zk"));
        parts.push(zooKeeper);
        session = ZooKeeperSession.connect(zooKeeper.connectString(), Duration.ofSeconds(10));
        parts.push(session);
    }

    /** Starts it; what it keeps lies under {@code dir}. */
    public static BookieCluster start(Path dir) throws Exception {
        BookieCluster cluster = new BookieCluster(dir);
        String servers = cluster.zkServers();
        new ClusterFormat(cluster.session, LEDGERS)
                .format(LedgerLayout.HIERARCHICAL)
                .get();
        NamespaceBinding binding =
                new NamespaceBinding(servers, LEDGERS, false, true, servers, servers, servers, null, null, null);
        new NamespaceBindingNodes(cluster.session)
                .bind(NAMESPACE, binding, MissingNode.CREATE)
                .get();
        for (int i = 0; i < BOOKIES; i++) {
            cluster.parts.push(Bookie.start(config(dir.resolve("bookie" + i), servers), Bookie.Offer.READ_WRITE));
        }
        return cluster;
    }

    private static BookieConfig config(Path dir, String servers) throws Exception {
        return BookieConfig.read(ConfigReader.parse(
                dir.getFileName().toString(),
                "bookiePort=" + freePort() + "\nzkServers=" + servers + "\nzkLedgersRootPath=" + LEDGERS
                        + "\njournalDirectory=" + dir.resolve("journal") + "\nledgerDirectories="
                        + dir.resolve("ledgers")
                        + "\ncodahaleStatsHttpPort=0\nallowLoopback=true\nlogBufferSize=32\n"));
    }

    /** A port that nobody listens on now. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public String zkServers() {
        return zooKeeper.connectString();
    }

    /** Address of the namespace. */
    public String uri() {
        return "distributedlog://" + zkServers() + NAMESPACE;
    }

    /** The name under which clients find the proxies. */
    public String proxyName() {
        return "zk!" + zkServers() + "!" + NAMESPACE + "/.write_proxy";
    }

    /** A look at the nodes. */
    public ZooKeeperSession session() {
        return session;
    }

    /** Where a ledger's metadata lies. */
    public static String ledgerNode(long ledgerId) {
        String digits = String.format(Locale.ROOT, "%010d", ledgerId);
        return LEDGERS + "/" + digits.substring(0, 2) + "/" + digits.substring(2, 6) + "/L" + digits.substring(6);
    }

    /** The log library, without a proxy. */
    public Namespace openNamespace() throws IOException {
        return new NamespaceBuilder()
                .uri(uri())
                .conf(LogConfig.defaults())
                .clientId("reader")
                .build();
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }
}
