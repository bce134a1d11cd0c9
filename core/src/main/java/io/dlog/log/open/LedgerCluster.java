package io.dlog.log.open;

import io.dlog.client.ClientConfig;
import io.dlog.client.LedgerClient;
import io.dlog.client.QuorumLedgerClient;
import io.dlog.concurrent.Scheduler;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.LogConfig;
import io.dlog.log.StatusCode;
import io.dlog.log.write.SegmentedLogWriter;
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

    /** Control records and the end of the stream, which are written whatever is outstanding. */
    private static final int OWN_ENTRIES_MAX = 1024;

    /** At least what envelope, control record and a packer's frame take; packed bytes grow by less than 1/128 besides. */
    private static final int ENTRY_OVERHEAD_BYTES = 128;

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
                    clientConfig(config));
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

    /**
     * The log refuses a record before its ledger would refuse the entry: the ledger's bounds are the log's and room for
     * the entries that the log adds by itself.
     */
    static ClientConfig clientConfig(LogConfig config) {
        int adds = SegmentedLogWriter.OUTSTANDING_ENTRIES_MAX + OWN_ENTRIES_MAX;
        long bytes = SegmentedLogWriter.OUTSTANDING_BYTES_MAX;
        return ClientConfig.defaults()
                .withTimeouts(config.writeTimeout(), config.readTimeout())
                .withPendingMax(adds, bytes + bytes / 128 + (long) adds * ENTRY_OVERHEAD_BYTES);
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
