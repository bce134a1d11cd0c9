package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.EntryDigest;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.protocol.MasterKey;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.protocol.WireVersion;
import io.dlog.time.SystemClock;
import io.dlog.time.SystemRandomness;
import io.dlog.transport.BookieConnection;
import io.dlog.transport.ConnectionFailure;
import io.dlog.transport.NettyBookieConnections;
import io.dlog.transport.ResponseHandler;
import io.dlog.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every request our client sends, answered by an Apache bookie. */
@Tag("integration")
class WireToApacheBookieIT {
    private static final byte[] PASSWORD = "pw".getBytes(StandardCharsets.UTF_8);
    private static final MasterKey KEY = MasterKey.ofPassword(PASSWORD);
    private static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, PASSWORD);
    private static final int LARGE = 1_000_000;

    private static NIOServerCnxnFactory zooKeeper;
    private static ApacheBookies bookies;
    private static BookieEndpoint endpoint;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        zooKeeper = new NIOServerCnxnFactory();
        zooKeeper.configure(new InetSocketAddress("127.0.0.1", 0), 100);
        ZooKeeperServer server = new ZooKeeperServer(
                directory.resolve("snapshots").toFile(),
                directory.resolve("log").toFile(),
                2000);
        zooKeeper.startup(server);
        String uri = "zk+hierarchical://127.0.0.1:" + zooKeeper.getLocalPort() + "/ledgers";
        ApacheBookies.format(uri);
        bookies = new ApacheBookies(uri, directory, 1);
        String id = server.getZKDatabase().getChildren("/ledgers/available", null, null).stream()
                .filter(name -> !name.equals("readonly"))
                .findFirst()
                .orElseThrow();
        int port = Integer.parseInt(id.substring(id.lastIndexOf(':') + 1));
        endpoint = new BookieEndpoint(new BookieId(id), "127.0.0.1", port);
    }

    @AfterAll
    static void stop() {
        bookies.close();
        zooKeeper.shutdown();
    }

    /** A request's outcome as a future. */
    private static final class Answer extends CompletableFuture<Response> implements ResponseHandler {
        @Override
        public void onResponse(Response response) {
            complete(response);
        }

        @Override
        public void onFailure(ConnectionFailure failure) {
            completeExceptionally(new AssertionError(failure));
        }
    }

    private static <R extends Response> R ask(BookieConnection bookie, Class<R> kind, Request request)
            throws Exception {
        Answer answer = new Answer();
        bookie.send(request, answer, 20_000);
        return kind.cast(answer.get(30, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @EnumSource(WireVersion.class)
    void anApacheBookieServesOurRequests(WireVersion version) throws Exception {
        long ledger = version == WireVersion.V2 ? 102 : 103;
        try (NettyBookieConnections connections = new NettyBookieConnections(
                TransportConfig.defaults().withVersion(version),
                id -> CompletableFuture.completedFuture(endpoint),
                SystemClock.INSTANCE,
                SystemRandomness.INSTANCE)) {
            BookieConnection bookie = connections.to(endpoint.id());

            assertThat(add(bookie, ledger, 0, 5, KEY, Request.AddFlags.NONE)).isEqualTo(StatusCode.OK);
            assertThat(add(bookie, ledger, 1, LARGE, KEY, Request.AddFlags.NONE))
                    .isEqualTo(StatusCode.OK);
            assertThat(add(bookie, ledger, 2, 0, KEY, Request.AddFlags.DEFERRED_SYNC))
                    .isEqualTo(StatusCode.OK);
            assertThat(ask(bookie, Response.Forced.class, new Request.Force(bookie.nextRequestId(), ledger))
                            .status())
                    .isEqualTo(StatusCode.OK);
            MasterKey wrong = MasterKey.ofPassword(new byte[0]);
            assertThat(add(bookie, ledger, 3, 5, wrong, Request.AddFlags.NONE)).isEqualTo(StatusCode.UNAUTHORIZED);

            reads(bookie, ledger, 0, 0, 5);
            reads(bookie, ledger, 1, 1, LARGE);
            reads(bookie, ledger, -1, 2, 0);
            assertThat(read(bookie, ledger, 9, null).status()).isEqualTo(StatusCode.NO_ENTRY);
            assertThat(read(bookie, 999, 0, null).status()).isEqualTo(StatusCode.NO_LEDGER);
            readsABatch(bookie, ledger);
            keepsAnExplicitLac(bookie, ledger);
            tellsAboutItself(bookie);

            Response.Entry fenced = read(bookie, ledger, -1, KEY);
            assertThat(fenced.status()).isEqualTo(StatusCode.OK);
            fenced.release();
            assertThat(add(bookie, ledger, 3, 5, KEY, Request.AddFlags.NONE)).isEqualTo(StatusCode.FENCED);
            assertThat(add(bookie, ledger, 3, 5, KEY, Request.AddFlags.RECOVERY | Request.AddFlags.HIGH_PRIORITY))
                    .isEqualTo(StatusCode.OK);
            reads(bookie, ledger, 3, 3, 5);
        }
    }

    private static StatusCode add(
            BookieConnection bookie, long ledger, long entry, int dataLength, MasterKey key, int flags)
            throws Exception {
        ByteBuf packed = DIGEST.pack(
                PooledByteBufAllocator.DEFAULT,
                ledger,
                entry,
                entry - 1,
                dataLength,
                Unpooled.wrappedBuffer(data(dataLength)));
        Request add = new Request.Add(bookie.nextRequestId(), ledger, entry, key, packed, flags);
        Response.Added added = ask(bookie, Response.Added.class, add);
        assertThat(added.requestId()).isEqualTo(add.requestId());
        return added.status();
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (i * 31);
        }
        return data;
    }

    private static Response.Entry read(BookieConnection bookie, long ledger, long entry, @Nullable MasterKey fenceKey)
            throws Exception {
        return ask(
                bookie,
                Response.Entry.class,
                new Request.Read(bookie.nextRequestId(), ledger, entry, fenceKey, Request.Priority.NORMAL));
    }

    private static void reads(BookieConnection bookie, long ledger, long asked, long entry, int dataLength)
            throws Exception {
        Response.Entry answer = read(bookie, ledger, asked, null);
        assertThat(answer.status()).isEqualTo(StatusCode.OK);
        assertThat(answer.entryId()).isEqualTo(asked);
        ByteBuf packed = Objects.requireNonNull(answer.entry());
        assertThat(DIGEST.check(packed, ledger, entry)).isEqualTo(EntryDigest.Check.OK);
        assertThat(ByteBufUtil.getBytes(DIGEST.data(packed))).isEqualTo(data(dataLength));
        answer.release();
    }

    private static void readsABatch(BookieConnection bookie, long ledger) throws Exception {
        Response.Entries batch = ask(
                bookie,
                Response.Entries.class,
                new Request.BatchRead(bookie.nextRequestId(), ledger, 0, 10, 4_000_000, null));
        assertThat(batch.status()).isEqualTo(StatusCode.OK);
        assertThat(batch.entries()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(DIGEST.check(batch.entries().get(i), ledger, i)).isEqualTo(EntryDigest.Check.OK);
        }
        batch.release();
    }

    private static void keepsAnExplicitLac(BookieConnection bookie, long ledger) throws Exception {
        ByteBuf packet = DIGEST.packLac(PooledByteBufAllocator.DEFAULT, ledger, 2);
        Request write = new Request.WriteLac(bookie.nextRequestId(), ledger, 2, KEY, packet);
        assertThat(ask(bookie, Response.LacWritten.class, write).status()).isEqualTo(StatusCode.OK);

        Response.Lac lac = ask(bookie, Response.Lac.class, new Request.ReadLac(bookie.nextRequestId(), ledger));
        ByteBuf kept = Objects.requireNonNull(lac.explicitLac());
        assertThat(DIGEST.checkLac(kept, ledger)).isEqualTo(EntryDigest.Check.OK);
        assertThat(EntryDigest.lastAddConfirmedOf(kept)).isEqualTo(2);
        assertThat(DIGEST.check(Objects.requireNonNull(lac.lastEntry()), ledger, 2))
                .isEqualTo(EntryDigest.Check.OK);
        lac.release();

        Response.Entry next = ask(
                bookie,
                Response.Entry.class,
                new Request.LongPollRead(bookie.nextRequestId(), ledger, -1, 0, 1000, Request.Piggyback.ENTRY));
        assertThat(next.entryId()).isEqualTo(1);
        assertThat(next.maxLac()).isEqualTo(2);
        assertThat(DIGEST.check(Objects.requireNonNull(next.entry()), ledger, 1))
                .isEqualTo(EntryDigest.Check.OK);
        next.release();
    }

    private static void tellsAboutItself(BookieConnection bookie) throws Exception {
        Response.BookieInfo info =
                ask(bookie, Response.BookieInfo.class, new Request.BookieInfo(bookie.nextRequestId(), 3));
        assertThat(info.totalBytes()).isGreaterThanOrEqualTo(info.freeBytes());
        assertThat(info.freeBytes()).isPositive();
    }
}
