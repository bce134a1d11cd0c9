import io.dlog.bookie.Bookie;
import io.dlog.bookie.BookieConfig;
import io.dlog.config.ConfigReader;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.proxy.WriteProxyMain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * The product in a process of its own: ZooKeeper, three bookies, a bound namespace, two announced write proxies. Run from
 * source on the product's class path, because nothing of ours may be on the class path of the test. Ends when its standard
 * input does.
 */
final class OneMachine {
    private static final String LEDGERS = "/messaging/bookkeeper/ledgers";
    private static final String NAMESPACE = "/messaging/distributedlog/mynamespace";

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[0]);
        ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();
        EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, dir.resolve("zk"));
        parts.push(zooKeeper);
        String servers = zooKeeper.connectString();
        try (ZooKeeperSession session = ZooKeeperSession.connect(servers, Duration.ofSeconds(10))) {
            new ClusterFormat(session, LEDGERS).format(LedgerLayout.HIERARCHICAL).get();
            NamespaceBinding binding = new NamespaceBinding(
                    servers, LEDGERS, false, true, servers, servers, servers, null, null, null);
            new NamespaceBindingNodes(session).bind(NAMESPACE, binding, MissingNode.CREATE).get();
        }
        for (int i = 0; i < 3; i++) {
            parts.push(Bookie.start(bookie(dir.resolve("bookie" + i), servers), Bookie.Offer.READ_WRITE));
        }
        String uri = "distributedlog://" + servers + NAMESPACE;
        Path conf = Files.writeString(dir.resolve("proxy.conf"), "server_threads=2\nzkSessionTimeoutSeconds=5\n");
        for (int shard = 1; shard <= 2; shard++) {
            parts.push(WriteProxyMain.start(
                    "--uri", uri, "--conf", conf.toString(), "--shard-id", String.valueOf(shard),
                    "--stats-port", "0", "--announce", "--thriftmux"));
        }
        System.out.println("dlog is ready zk=" + servers);
        while (System.in.read() >= 0) {
            // Nobody says anything but good-bye.
        }
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    private static BookieConfig bookie(Path dir, String servers) throws Exception {
        return BookieConfig.read(ConfigReader.parse(
                dir.getFileName().toString(),
                "bookiePort=" + freePort() + "\nzkServers=" + servers + "\nzkLedgersRootPath=" + LEDGERS
                        + "\njournalDirectory=" + dir.resolve("journal") + "\nledgerDirectories="
                        + dir.resolve("ledgers")
                        + "\ncodahaleStatsHttpPort=0\nallowLoopback=true\nlogBufferSize=32\n"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
