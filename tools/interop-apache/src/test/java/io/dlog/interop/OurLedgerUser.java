package io.dlog.interop;

import io.dlog.client.ClientConfig;
import io.dlog.client.CreateOptions;
import io.dlog.client.LedgerEntry;
import io.dlog.client.LedgerReader;
import io.dlog.client.LedgerWriter;
import io.dlog.client.QuorumLedgerClient;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.ledger.DigestType;
import io.dlog.metadata.zookeeper.BookieRegistryNodes;
import io.dlog.metadata.zookeeper.LayoutNode;
import io.dlog.metadata.zookeeper.LedgerIdNodes;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.MetadataUri;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.placement.RandomPlacement;
import io.dlog.protocol.WireVersion;
import io.dlog.time.SystemClock;
import io.dlog.time.SystemRandomness;
import io.dlog.transport.NettyBookieConnections;
import io.dlog.transport.TransportConfig;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Our ledger client over ZooKeeper and TCP. */
final class OurLedgerUser implements LedgerUser {
    private static final int ENTRIES_A_READ = 500;

    private final ZooKeeperSession session;
    private final ThreadScheduler scheduler = new ThreadScheduler("interop-client", 2);
    private final BookieRegistryNodes registry;
    private final NettyBookieConnections connections;
    private final QuorumLedgerClient client;

    OurLedgerUser(String metadataUri, WireVersion version) throws Exception {
        MetadataUri uri = MetadataUri.parse(metadataUri);
        session = ZooKeeperSession.connect(uri.servers(), Duration.ofSeconds(10));
        registry = BookieRegistryNodes.watching(session, uri.root());
        registry.refresh().get(10, TimeUnit.SECONDS);
        connections = new NettyBookieConnections(
                TransportConfig.defaults().withVersion(version),
                registry::endpoint,
                SystemClock.INSTANCE,
                SystemRandomness.INSTANCE);
        client = new QuorumLedgerClient(
                scheduler,
                connections,
                new LedgerMetadataNodes(
                        session,
                        uri.root(),
                        new LayoutNode(session, uri.root()).read().get(10, TimeUnit.SECONDS)),
                new LedgerIdNodes(session, uri.root()),
                new RandomPlacement(registry, SystemRandomness.INSTANCE),
                SystemRandomness.INSTANCE,
                ClientConfig.defaults().speaking(version));
    }

    @Override
    public Writer create(DigestType digest) throws Exception {
        LedgerWriter writer = client.create(CreateOptions.of(3, 3, 2, digest, ApacheLedgerUser.PASSWORD))
                .get(10, TimeUnit.SECONDS);
        return new Writer() {
            @Override
            public long ledgerId() {
                return writer.ledgerId();
            }

            @Override
            public CompletableFuture<Long> append(byte[] data) {
                return writer.add(Unpooled.wrappedBuffer(data));
            }

            @Override
            public void close() throws Exception {
                writer.close().get(10, TimeUnit.SECONDS);
            }
        };
    }

    @Override
    public List<byte[]> recoverAndReadAll(long ledgerId, DigestType digest) throws Exception {
        return readAll(client.openWithRecovery(ledgerId, digest, ApacheLedgerUser.PASSWORD));
    }

    @Override
    public List<byte[]> readConfirmed(long ledgerId, DigestType digest) throws Exception {
        return readAll(client.openWithoutRecovery(ledgerId, digest, ApacheLedgerUser.PASSWORD));
    }

    private static List<byte[]> readAll(CompletableFuture<LedgerReader> opening) throws Exception {
        List<byte[]> all = new ArrayList<>();
        try (LedgerReader reader = opening.get(30, TimeUnit.SECONDS)) {
            long last = reader.lastAddConfirmed();
            for (long first = 0; first <= last; first += ENTRIES_A_READ) {
                long until = Math.min(last, first + ENTRIES_A_READ - 1);
                for (LedgerEntry entry : reader.read(first, until).get(30, TimeUnit.SECONDS)) {
                    all.add(entry.copyData());
                    entry.close();
                }
            }
        }
        return all;
    }

    @Override
    public void delete(long ledgerId) throws Exception {
        client.delete(ledgerId).get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        client.close();
        connections.close();
        registry.close();
        session.close();
        scheduler.close();
    }
}
