package io.dlog.log.open;

import io.dlog.client.ClientConfig;
import io.dlog.client.LedgerClient;
import io.dlog.client.QuorumLedgerClient;
import io.dlog.concurrent.Scheduler;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.LogConfig;
import io.dlog.log.StatusCode;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.BookieRegistryNodes;
import io.dlog.metadata.zookeeper.LayoutNode;
import io.dlog.metadata.zookeeper.LedgerIdNodes;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.placement.RandomPlacement;
import io.dlog.time.SystemRandomness;
import io.dlog.transport.NettyBookieConnections;
import io.dlog.transport.TransportConfig;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client of one bookkeeper cluster with all that it stands on; closed in the reverse order.
 *
 * <p>Thread: safe, because it is not changed after {@link #connect}.
 */
final class LedgerCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerCluster.class);

    private final LedgerClient ledgers;
    private final ArrayDeque<AutoCloseable> parts;

    private LedgerCluster(LedgerClient ledgers, ArrayDeque<AutoCloseable> parts) {
        this.ledgers = ledgers;
        this.parts = parts;
    }

    /** Which cluster. Thread: immutable. */
    record Address(String zkServers, String ledgersPath) {}

    static LedgerCluster connect(Address address, LogConfig config, Scheduler scheduler) throws DLException {
        ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            ZooKeeperSession session = ZooKeeperSession.connect(address.zkServers(), config.zkSessionTimeout());
            parts.push(session);
            LedgerLayout layout = BlockingCalls.await(new LayoutNode(session, address.ledgersPath()).read());
            BookieRegistryNodes registry = BookieRegistryNodes.watching(session, address.ledgersPath());
            parts.push(registry);
            BlockingCalls.await(registry.refresh().thenApply(read -> true));
            NettyBookieConnections connections = new NettyBookieConnections(
                    TransportConfig.defaults(), registry::endpoint, scheduler.clock(), SystemRandomness.INSTANCE);
            parts.push(connections);
            QuorumLedgerClient client = new QuorumLedgerClient(
                    scheduler,
                    connections,
                    new LedgerMetadataNodes(session, address.ledgersPath(), layout),
                    new LedgerIdNodes(session, address.ledgersPath()),
                    new RandomPlacement(registry, SystemRandomness.INSTANCE),
                    SystemRandomness.INSTANCE,
                    ClientConfig.defaults().withTimeouts(config.writeTimeout(), config.readTimeout()));
            parts.push(client);
            return new LedgerCluster(client, parts);
        } catch (MetadataException | DLException e) {
            closeAll(parts);
            throw new DLException(
                    StatusCode.ZOOKEEPER_ERROR,
                    "can't use bookkeeper " + address.ledgersPath() + " at " + address.zkServers() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    LedgerClient ledgers() {
        return ledgers;
    }

    @Override
    public void close() {
        closeAll(parts);
    }

    static void closeAll(ArrayDeque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("close failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
