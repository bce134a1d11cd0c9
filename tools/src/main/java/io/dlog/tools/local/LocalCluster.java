package io.dlog.tools.local;

import io.dlog.bookie.Bookie;
import io.dlog.bookie.BookieConfig;
import io.dlog.bookie.CookieException;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.proxy.WriteProxyMain;
import io.dlog.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * A whole cluster in this process, on loopback.
 *
 * <pre>
 *   [data]/zookeeper          ZooKeeper's data
 *   [data]/bookie-1.conf      the bookie's settings, made at the first start with a free port, which it then keeps
 *   [data]/bookie-1/          its journal, ledgers and index
 *   [data]/write-proxy.conf   settings of the proxies, written at each start
 *
 *   start: ZooKeeper → metadata formatted if new, namespace bound → bookies and proxies, all at once
 *   stop:  proxies → bookies → ZooKeeper
 * </pre>
 *
 * <p>Thread: safe; {@link #start} and {@link #close} block.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    /** Where its ledgers are recorded. */
    public static final String LEDGERS = "/messaging/bookkeeper/ledgers";

    /** Path of its namespace. */
    public static final String NAMESPACE = "/messaging/distributedlog/mynamespace";

    private static final String HOST = "127.0.0.1";
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final int COPIES_MAX = 3;

    /**
     * What to start.
     *
     * @param data directory that is kept; made when missing
     * @param bookies at least 1; with fewer than three, so many copies
     * @param proxies at least 0
     * @param zkPort 0 for a free one
     */
    public record Settings(Path data, int bookies, int proxies, int zkPort) {
        public Settings {
            if (bookies < 1 || proxies < 0 || zkPort < 0 || zkPort > 65_535) {
                throw new IllegalArgumentException("need at least one bookie, no fewer than no proxies, and a port: "
                        + bookies + ", " + proxies + ", " + zkPort);
            }
        }

        /** Copies of each entry. */
        public int copies() {
            return Math.min(bookies, COPIES_MAX);
        }

        /** Copies that are durable before a record counts as written. */
        public int durableCopies() {
            return copies() / 2 + 1;
        }
    }

    /** How long a part took to start. */
    public record Phase(String name, Duration took) {}

    private final Settings settings;
    private final EmbeddedZooKeeper zooKeeper;
    private final CompletableFuture<String> failed = new CompletableFuture<>();
    private final Deque<AutoCloseable> started = new ConcurrentLinkedDeque<>();
    private final List<Phase> phases = new ArrayList<>();

    private LocalCluster(Settings settings) throws IOException {
        this.settings = settings;
        long began = SystemClock.INSTANCE.nanoTime();
        this.zooKeeper =
                EmbeddedZooKeeper.start(HOST, settings.zkPort(), settings.data().resolve("zookeeper"));
        phases.add(new Phase("ZooKeeper", since(began)));
    }

    /**
     * Starts it and returns when all of it accepts work. What was started is stopped again when a part fails.
     *
     * @throws IOException one line that says which part can't start and why, with the port when it is taken
     */
    public static LocalCluster start(Settings settings) throws IOException {
        // Finagle logs by java.util.logging, which would print on its own.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        LocalCluster cluster = new LocalCluster(settings);
        try {
            cluster.startParts();
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void startParts() throws IOException {
        long began = SystemClock.INSTANCE.nanoTime();
        bindNamespace();
        phases.add(new Phase("metadata", since(began)));
        List<Callable<Phase>> starts = new ArrayList<>();
        for (int n = 1; n <= settings.bookies(); n++) {
            // One after the other, so that no two find the same port free.
            Path conf = bookieConf(n);
            String name = "bookie " + n;
            starts.add(() -> timed(name, () -> startBookie(conf)));
        }
        Path proxyConf = proxyConf();
        for (int n = 1; n <= settings.proxies(); n++) {
            int shard = n - 1;
            starts.add(() -> timed("write proxy " + (shard + 1), () -> startProxy(proxyConf, shard)));
        }
        ExecutorService starters = Executors.newFixedThreadPool(starts.size());
        try {
            List<Future<Phase>> running = new ArrayList<>();
            for (Callable<Phase> start : starts) {
                running.add(starters.submit(start));
            }
            IOException failure = null;
            for (Future<Phase> start : running) {
                // All of them, so that what still starts is known when the rest is stopped.
                failure = await(start, failure);
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            starters.shutdown();
        }
    }

    private @Nullable IOException await(Future<Phase> start, @Nullable IOException before) {
        try {
            phases.add(start.get());
            return before;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return before != null ? before : new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new IOException("interrupted while the cluster started", e);
        }
    }

    private interface Start {
        AutoCloseable start() throws ConfigException, CookieException, IOException, MetadataException;
    }

    private Phase timed(String name, Start part) throws IOException {
        long began = SystemClock.INSTANCE.nanoTime();
        try {
            AutoCloseable running = part.start();
            // Proxies before bookies when it stops: they still have streams to close.
            if (running instanceof Bookie) {
                started.addLast(running);
            } else {
                started.addFirst(running);
            }
        } catch (ConfigException | CookieException | IOException | MetadataException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
        return new Phase(name, since(began));
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(SystemClock.INSTANCE.nanoTime() - beganNanos);
    }

    private void bindNamespace() throws IOException {
        String servers = zkServers();
        NamespaceBinding binding =
                new NamespaceBinding(servers, LEDGERS, false, true, servers, servers, servers, null, null, null);
        try (ZooKeeperSession session = ZooKeeperSession.connect(servers, SESSION)) {
            ClusterFormat format = new ClusterFormat(session, LEDGERS);
            if (!format.isFormatted().get()) {
                String instance = format.format(LedgerLayout.HIERARCHICAL).get();
                LOG.info("cluster formatted ledgers={} instance={}", LEDGERS, instance);
            }
            // At each start: ZooKeeper may have moved to another port.
            new NamespaceBindingNodes(session)
                    .bind(NAMESPACE, binding, MissingNode.CREATE)
                    .get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("metadata: " + cause.getMessage(), cause);
        } catch (MetadataException e) {
            throw new IOException("metadata: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster started", e);
        }
    }

    /** The bookie's file; only what depends on this start is not taken from it. */
    private Path bookieConf(int n) throws IOException {
        Path conf = settings.data().resolve("bookie-" + n + ".conf");
        Path home = settings.data().resolve("bookie-" + n).toAbsolutePath();
        if (!Files.exists(conf)) {
            Files.writeString(
                    conf,
                    "# Made by dlog local; the port is part of the bookie's identity.\n"
                            + "bookiePort=" + freePort() + "\n"
                            + "journalDirectory=" + home.resolve("journal") + "\n"
                            + "ledgerDirectories=" + home.resolve("ledgers") + "\n"
                            + "zkServers=" + zkServers() + "\n"
                            + "zkLedgersRootPath=" + LEDGERS + "\n"
                            + "codahaleStatsHttpPort=0\n"
                            // Three bookies fit into the 256 MiB of direct memory that bin/dlog gives the process.
                            + "logBufferSize=48MiB\n"
                            + "readBufferSizeBytes=8MiB\n");
        }
        return conf;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    private AutoCloseable startBookie(Path conf)
            throws ConfigException, CookieException, IOException, MetadataException {
        ConfigReader reader = ConfigReader.open(conf);
        reader.override("zkServers", zkServers());
        Bookie bookie = Bookie.start(BookieConfig.read(reader), Bookie.Offer.READ_WRITE);
        var unused = bookie.mustStop()
                .thenAccept(reason -> failed.complete("bookie " + bookie.id() + " stops: " + reason.sentence()));
        return bookie;
    }

    private Path proxyConf() throws IOException {
        int copies = settings.copies();
        return Files.writeString(
                settings.data().resolve("write-proxy.conf"),
                "bkcEnsembleSize=" + copies + "\n"
                        + "bkcWriteQuorumSize=" + copies + "\n"
                        + "bkcAckQuorumSize=" + settings.durableCopies() + "\n"
                        // Every record at once: what arrives together is still written together.
                        + "writerOutputBufferSize=0\n"
                        + "enableImmediateFlush=true\n"
                        + "maxIdSanityCheck=false\n"
                        + "lockTimeoutSeconds=0\n"
                        + "zkSessionTimeoutSeconds=5\n");
    }

    private AutoCloseable startProxy(Path conf, int shard) throws IOException, ConfigException {
        return WriteProxyMain.start(
                "--uri",
                uri().toString(),
                "--conf",
                conf.toString(),
                "--port",
                "0",
                "--stats-port",
                "0",
                "--shard-id",
                Integer.toString(shard),
                "--announce");
    }

    /** {@code host:port} of its ZooKeeper. */
    public String zkServers() {
        return zooKeeper.connectString();
    }

    /** Its namespace. */
    public NamespaceUri uri() {
        return new NamespaceUri(zkServers(), NAMESPACE);
    }

    /** The name under which clients find the proxies. */
    public String proxyName() {
        return "zk!" + zkServers() + "!" + NAMESPACE + "/.write_proxy";
    }

    /** What was asked for. */
    public Settings settings() {
        return settings;
    }

    /** What was started how fast; parts after the metadata started side by side. */
    public List<Phase> phases() {
        return List.copyOf(phases);
    }

    /** Completes with a sentence when a part can't go on and the cluster should be closed. */
    public CompletableFuture<String> failed() {
        return failed.copy();
    }

    /** Stops all parts, the last one even if one before it fails; the data stay. */
    @Override
    public void close() {
        for (AutoCloseable part = started.pollFirst(); part != null; part = started.pollFirst()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("part of the cluster did not close cleanly part={}", part, e);
            }
        }
        zooKeeper.close();
    }
}
