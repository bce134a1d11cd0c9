package io.dlog.log.open;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.LogConfig;
import io.dlog.log.Namespace;
import io.dlog.log.StatusCode;
import io.dlog.log.lock.WriteLock;
import io.dlog.log.namespace.LogCatalog;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.segment.LogSegmentStore;
import io.dlog.log.zookeeper.LogCatalogNodes;
import io.dlog.log.zookeeper.LogSegmentNodes;
import io.dlog.log.zookeeper.WriteLockNodes;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Opens a namespace: the composition root of the library.
 *
 * <pre>
 *   try (Namespace namespace = new NamespaceBuilder()
 *           .uri("distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace")
 *           .build()) {
 *       DistributedLogManager log = namespace.openLog("orders");
 *   }
 * </pre>
 *
 * <p>Thread: owned by its caller; what it builds is safe.
 */
public final class NamespaceBuilder {
    private static final int REGION_MAX = 15;

    private @Nullable String uri;
    private LogConfig conf = LogConfig.defaults();
    private @Nullable String clientId;
    private int regionId;

    public NamespaceBuilder() {}

    /** Address of the namespace; required. */
    public NamespaceBuilder uri(String address) {
        this.uri = address;
        return this;
    }

    public NamespaceBuilder conf(LogConfig config) {
        this.conf = config;
        return this;
    }

    /** Whom others are told that holds a write lock; the name of this host unless set. */
    public NamespaceBuilder clientId(String id) {
        this.clientId = id;
        return this;
    }

    /** Region of this writer, 0 to 15; goes into new segments when the binding says so. */
    public NamespaceBuilder regionId(int id) {
        if (id < 0 || id > REGION_MAX) {
            throw new IllegalArgumentException("region id " + id + " is not between 0 and " + REGION_MAX);
        }
        this.regionId = id;
        return this;
    }

    /**
     * Connects. Fails with one line that says what to do when the URI is malformed, ZooKeeper can't be reached or no
     * bookkeeper is bound to the namespace.
     */
    public Namespace build() throws DLException {
        String address = uri;
        if (address == null) {
            throw new IllegalStateException("the URI of the namespace is not set");
        }
        NamespaceUri namespace = parse(address);
        ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            Scheduler scheduler =
                    new ThreadScheduler("dlog", Math.max(2, Runtime.getRuntime().availableProcessors()));
            parts.push(scheduler);
            ZooKeeperSession session = ZooKeeperSession.connect(namespace.zkServers(), conf.zkSessionTimeout());
            parts.push(session);
            String owner = clientId;
            LogPorts ports =
                    new ZooKeeperPorts(session, namespace.path(), owner == null ? hostName() : owner, scheduler);
            OpenNamespace opened = new OpenNamespace(namespace, conf, regionId, ports, scheduler, parts);
            opened.bound(BlockingCalls.await(ports.catalog().binding()));
            return opened;
        } catch (MetadataException e) {
            LedgerCluster.closeAll(parts);
            throw new DLException(StatusCode.ZOOKEEPER_ERROR, "can't open " + namespace + ": " + e.getMessage(), e);
        } catch (DLException e) {
            LedgerCluster.closeAll(parts);
            throw e;
        }
    }

    private static NamespaceUri parse(String address) throws DLException {
        try {
            return NamespaceUri.parse(address);
        } catch (IllegalArgumentException e) {
            throw new DLException(StatusCode.METADATA_EXCEPTION, String.valueOf(e.getMessage()), e);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress().getHostName();
        }
    }

    /** The ports over one session. Thread: immutable. */
    private record ZooKeeperPorts(ZooKeeperSession session, String namespacePath, String clientId, Scheduler scheduler)
            implements LogPorts {
        @Override
        public LogCatalog catalog() {
            return new LogCatalogNodes(session, namespacePath);
        }

        @Override
        public LogSegmentStore segments(String logName) {
            return new LogSegmentNodes(session, logName, LogCatalogNodes.contentPath(namespacePath, logName));
        }

        @Override
        public WriteLock writeLock(String logName) {
            Lane lane = scheduler.lane(logName.hashCode());
            String path = LogCatalogNodes.contentPath(namespacePath, logName) + "/lock";
            return new WriteLockNodes(session, lane, path, logName, clientId);
        }
    }
}
