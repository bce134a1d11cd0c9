package io.dlog.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.dlog.transport.BookieStub.Received;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class NettyBookieConnectionsTest {
    private static final long LONG = 30_000;
    private static final MasterKey KEY = MasterKey.ofPassword(new byte[] {'p', 'w'});
    private static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, new byte[0]);

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private BookieStub bookie;

    @BeforeEach
    void startBookie() {
        bookie = new BookieStub();
        toClose.add(bookie);
    }

    @AfterEach
    void closeAll() throws Exception {
        // The connections were added last and are closed first.
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    /** What a handler was told: a response or a failure. */
    private static final class Outcomes implements ResponseHandler {
        private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

        @Override
        public void onResponse(Response response) {
            told.add(response);
        }

        @Override
        public void onFailure(ConnectionFailure failure) {
            told.add(failure);
        }

        Object next() throws InterruptedException {
            Object next = told.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("handler told nothing within 10 s");
            }
            return next;
        }
    }

    @ParameterizedTest
    @EnumSource(WireVersion.class)
    void bringsARequestThereAndItsAnswerBack(WireVersion version) throws Exception {
        BookieConnection connection = connect(config().withVersion(version)).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        Request.Add add = add(connection.nextRequestId(), 7, 0, 5);
        connection.send(add, outcomes, LONG);

        Received received = bookie.next();
        assertThat(received.version()).isEqualTo(version);
        assertThat(received.request()).isInstanceOf(Request.Add.class);
        assertThat(((Request.Add) received.request()).masterKey()).isEqualTo(KEY);
        received.request().release();
        received.answer(new Response.Added(received.request().requestId(), StatusCode.FENCED, 7, 0));

        assertThat(outcomes.next()).isEqualTo(new Response.Added(add.requestId(), StatusCode.FENCED, 7, 0));
        assertThat(add.entry().refCnt()).isZero();
    }

    @ParameterizedTest
    @EnumSource(WireVersion.class)
    void bringsEntriesOfAllSizesBack(WireVersion version) throws Exception {
        BookieConnection connection = connect(config().withVersion(version)).to(bookie.id());
        for (int size : new int[] {0, 1, 4000, 5000, 1_000_000}) {
            Outcomes outcomes = new Outcomes();
            connection.send(
                    new Request.Read(connection.nextRequestId(), 7, size, null, Request.Priority.NORMAL),
                    outcomes,
                    LONG);
            Received received = bookie.next();
            ByteBuf entry = entry(7, size, size);
            byte[] expected = ByteBufUtil.getBytes(entry);
            received.answer(new Response.Entry(
                    received.request().requestId(), StatusCode.OK, 7, size, entry, Response.UNSET, Response.UNSET));

            Response.Entry answer = (Response.Entry) outcomes.next();
            ByteBuf arrived = Objects.requireNonNull(answer.entry());
            assertThat(ByteBufUtil.getBytes(arrived)).isEqualTo(expected);
            assertThat(DIGEST.check(arrived, 7, size)).isEqualTo(EntryDigest.Check.OK);
            answer.release();
            assertThat(entry.refCnt()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(WireVersion.class)
    void matchesAnswersThatComeInAnotherOrder(WireVersion version) throws Exception {
        BookieConnection connection = connect(config().withVersion(version)).to(bookie.id());
        List<Outcomes> outcomes = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            outcomes.add(new Outcomes());
            ids.add(connection.nextRequestId());
            connection.send(add(ids.get(i), 7, i, 10), outcomes.get(i), LONG);
        }
        List<Received> received = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            received.add(bookie.next());
            received.get(i).request().release();
        }
        for (int i = 99; i >= 0; i--) {
            Request.Add add = (Request.Add) received.get(i).request();
            received.get(i).answer(new Response.Added(add.requestId(), StatusCode.OK, 7, add.entryId()));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(outcomes.get(i).next()).isEqualTo(new Response.Added(ids.get(i), StatusCode.OK, 7, i));
        }
    }

    @Test
    void answersEqualV2RequestsInTheOrderOfSending() throws Exception {
        BookieConnection connection =
                connect(config().withVersion(WireVersion.V2)).to(bookie.id());
        Outcomes first = new Outcomes();
        Outcomes second = new Outcomes();
        connection.send(new Request.Read(1, 7, 3, null, Request.Priority.NORMAL), first, LONG);
        connection.send(new Request.Read(2, 7, 3, null, Request.Priority.NORMAL), second, LONG);
        bookie.next().answer(noEntry(2, 7, 3));
        assertThat(((Response) first.next()).requestId()).isEqualTo(1);
        assertThat(second.told).isEmpty();
        bookie.next().answer(noEntry(2, 7, 3));
        assertThat(((Response) second.next()).requestId()).isEqualTo(2);
    }

    @Test
    void sendsWhatAVersionLacksOverTheOther() throws Exception {
        BookieConnection v2 = connect(config().withVersion(WireVersion.V2)).to(bookie.id());
        BookieConnection v3 = connect(config().withVersion(WireVersion.V3)).to(bookie.id());
        Outcomes outcomes = new Outcomes();

        assertThat(versionOf(v2, new Request.Force(1, 7), outcomes)).isEqualTo(WireVersion.V3);
        assertThat(versionOf(v2, new Request.ReadLac(2, 7), outcomes)).isEqualTo(WireVersion.V3);
        assertThat(versionOf(v2, new Request.Read(3, 7, -1, KEY, Request.Priority.HIGH), outcomes))
                .isEqualTo(WireVersion.V3);
        assertThat(versionOf(v2, new Request.BatchRead(4, 7, 0, 10, 1000, null), outcomes))
                .isEqualTo(WireVersion.V2);
        assertThat(versionOf(v3, new Request.BatchRead(4, 7, 0, 10, 1000, null), outcomes))
                .isEqualTo(WireVersion.V2);
        assertThat(versionOf(v3, new Request.Read(5, 7, 0, null, Request.Priority.NORMAL), outcomes))
                .isEqualTo(WireVersion.V3);
    }

    private WireVersion versionOf(BookieConnection connection, Request request, Outcomes outcomes)
            throws InterruptedException {
        connection.send(request, outcomes, LONG);
        Received received = bookie.next();
        assertThat(received.request().kind()).isEqualTo(request.kind());
        return received.version();
    }

    @Test
    void bringsABatchBack() throws Exception {
        BookieConnection connection = connect(config()).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        connection.send(new Request.BatchRead(77, 7, 0, 10, 1000, null), outcomes, LONG);
        Received received = bookie.next();
        List<ByteBuf> entries = List.of(entry(7, 0, 3), entry(7, 1, 9000), entry(7, 2, 0), entry(7, 3, 5000));
        List<String> expected = entries.stream().map(ByteBufUtil::hexDump).toList();
        received.answer(new Response.Entries(received.request().requestId(), StatusCode.OK, 7, 0, entries));

        Response.Entries answer = (Response.Entries) outcomes.next();
        assertThat(answer.requestId()).isEqualTo(77);
        assertThat(answer.entries().stream().map(ByteBufUtil::hexDump)).isEqualTo(expected);
        answer.release();
        assertThat(entries).allMatch(e -> e.refCnt() == 0);
    }

    @Test
    void tellsWaitingRequestsOfADisconnectAndConnectsAgain() throws Exception {
        BookieConnection connection = connect(config()).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        connection.send(new Request.Force(1, 7), outcomes, LONG);
        connection.send(new Request.Force(2, 7), outcomes, LONG);
        bookie.next();
        bookie.next().disconnect();
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.DISCONNECTED);
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.DISCONNECTED);

        connection.send(new Request.Force(3, 7), outcomes, LONG);
        bookie.next().answer(new Response.Forced(3, StatusCode.OK, 7));
        assertThat(outcomes.next()).isEqualTo(new Response.Forced(3, StatusCode.OK, 7));
    }

    @Test
    void timesOutAndDropsTheAnswerThatComesLate() throws Exception {
        BookieConnection connection = connect(config()).to(bookie.id());
        Outcomes late = new Outcomes();
        Outcomes after = new Outcomes();
        connection.send(new Request.Read(1, 7, 0, null, Request.Priority.NORMAL), late, 20);
        Received received = bookie.next();
        assertThat(late.next()).isEqualTo(ConnectionFailure.TIMEOUT);

        ByteBuf entry = entry(7, 0, 100);
        received.answer(new Response.Entry(1, StatusCode.OK, 7, 0, entry, -1, Response.UNSET));
        connection.send(new Request.Force(2, 7), after, LONG);
        bookie.next().answer(new Response.Forced(2, StatusCode.OK, 7));
        assertThat(after.next()).isInstanceOf(Response.Forced.class);
        assertThat(late.told).isEmpty();
    }

    @Test
    void refusesMoreRequestsThanMayWait() throws Exception {
        TransportConfig two = new TransportConfig(
                WireVersion.V3,
                1,
                1 << 20,
                Duration.ofSeconds(10),
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                2,
                TransportConfig.Limits.DEFAULT);
        BookieConnection connection = connect(two).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        connection.send(new Request.Force(1, 7), outcomes, LONG);
        connection.send(new Request.Force(2, 7), outcomes, LONG);
        Received first = bookie.next();
        bookie.next();
        Request.Add third = add(3, 7, 0, 5);
        connection.send(third, outcomes, LONG);
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.TOO_MANY_IN_FLIGHT);
        assertThat(third.entry().refCnt()).isZero();

        first.answer(new Response.Forced(1, StatusCode.OK, 7));
        assertThat(outcomes.next()).isEqualTo(new Response.Forced(1, StatusCode.OK, 7));
        connection.send(new Request.Force(4, 7), outcomes, LONG);
        assertThat(bookie.next().request()).isEqualTo(new Request.Force(4, 7));
    }

    @Test
    void failsWhenNobodyListensAndBacksOff() throws Exception {
        int freePort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            freePort = socket.getLocalPort();
        }
        BookieId nobody = new BookieId("127.0.0.1:" + freePort);
        BookieConnection connection = connect(config()).to(nobody);
        Outcomes outcomes = new Outcomes();
        Request.Add add = add(1, 7, 0, 5);
        connection.send(add, outcomes, LONG);
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.NOT_CONNECTED);
        assertThat(add.entry().refCnt()).isZero();
    }

    @Test
    void comesBackOnceTheBookieIsFound() throws Exception {
        BlockingQueue<CompletableFuture<BookieEndpoint>> answers = new LinkedBlockingQueue<>();
        answers.add(CompletableFuture.failedFuture(new IOException("not registered")));
        answers.add(bookie.endpoint());
        BookieConnection connection = connect(config(), id -> answers.remove()).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        connection.send(new Request.Force(1, 7), outcomes, LONG);
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.NOT_CONNECTED);
        // The pause is a few milliseconds; sends during it fail at once.
        Object told = ConnectionFailure.NOT_CONNECTED;
        for (long id = 2; told == ConnectionFailure.NOT_CONNECTED; id++) {
            connection.send(new Request.Force(id, 7), outcomes, LONG);
            Received received = bookie.received.poll(5, TimeUnit.MILLISECONDS);
            if (received != null) {
                received.answer(new Response.Forced(received.request().requestId(), StatusCode.OK, 7));
            }
            told = outcomes.told.poll(50, TimeUnit.MILLISECONDS) instanceof Response r ? r : told;
        }
        assertThat(told).isInstanceOf(Response.Forced.class);
    }

    @Test
    void givesUpConnectingToABookieWhoseAddressNeverComes() throws Exception {
        TransportConfig impatient = new TransportConfig(
                WireVersion.V3,
                1,
                1 << 20,
                Duration.ofMillis(30),
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                10,
                new TransportConfig.Limits(Duration.ofMillis(5), 1000, 2000));
        BookieConnection connection =
                connect(impatient, id -> new CompletableFuture<>()).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        connection.send(new Request.Force(1, 7), outcomes, LONG);
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.NOT_CONNECTED);
    }

    @Test
    void disconnectsOnAFrameThatIsTooLongOrEmptyOrMalformed() throws Exception {
        BookieConnection connection = connect(config()).to(bookie.id());
        byte[][] answers = {{0x7f, 0, 0, 0}, {0, 0, 0, 0}, {-1, -1, -1, -1}, {0, 0, 0, 2, 0x0a, 0x01}};
        long id = 1;
        for (byte[] answer : answers) {
            // An answered request in between keeps the pause between connections from growing.
            Outcomes outcomes = new Outcomes();
            connection.send(new Request.Force(id, 7), outcomes, LONG);
            bookie.next().answer(new Response.Forced(id++, StatusCode.OK, 7));
            assertThat(outcomes.next()).isInstanceOf(Response.Forced.class);
            connection.send(new Request.Force(id++, 7), outcomes, LONG);
            bookie.next().answerRaw(answer);
            assertThat(outcomes.next()).isEqualTo(ConnectionFailure.DISCONNECTED);
        }
    }

    @Test
    void refusesAnEntryThatFitsNoFrame() {
        TransportConfig config = config();
        BookieConnection connection = connect(config).to(bookie.id());
        Request.Add add = add(1, 7, 0, config.frameBytesMax());
        assertThatThrownBy(() -> connection.send(add, new Outcomes(), LONG))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(add.entry().refCnt()).isZero();
    }

    @Test
    void tellsWaitingRequestsThatItWasClosed() throws Exception {
        NettyBookieConnections connections = connect(config());
        BookieConnection connection = connections.to(bookie.id());
        Outcomes outcomes = new Outcomes();
        connection.send(new Request.Force(1, 7), outcomes, LONG);
        bookie.next();
        connections.close();
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.CLOSED);

        Request.Add add = add(2, 7, 0, 5);
        connection.send(add, outcomes, LONG);
        assertThat(outcomes.next()).isEqualTo(ConnectionFailure.CLOSED);
        assertThat(add.entry().refCnt()).isZero();
    }

    @Test
    void isNotWritableWhileTheBookieDoesNotRead() throws Exception {
        BookieConnection connection = connect(config()).to(bookie.id());
        Outcomes outcomes = new Outcomes();
        assertThat(connection.isWritable()).isTrue();
        connection.send(new Request.Force(1, 7), outcomes, LONG);
        Received first = bookie.next();
        first.answer(new Response.Forced(1, StatusCode.OK, 7));
        outcomes.next();
        first.channel().config().setAutoRead(false);

        int sent = 0;
        while (connection.isWritable()) {
            connection.send(add(connection.nextRequestId() + 1, 7, sent++, 100_000), outcomes, LONG);
        }
        first.channel().config().setAutoRead(true);
        for (int i = 0; i < sent; i++) {
            Received received = bookie.next();
            received.request().release();
            received.answer(new Response.Added(received.request().requestId(), StatusCode.OK, 7, i));
            assertThat(outcomes.next()).isInstanceOf(Response.Added.class);
        }
        assertThat(connection.isWritable()).isTrue();
    }

    private NettyBookieConnections connect(TransportConfig config) {
        return connect(config, NettyBookieConnectionsTest::literal);
    }

    private static CompletableFuture<BookieEndpoint> literal(BookieId id) {
        int colon = id.id().lastIndexOf(':');
        return CompletableFuture.completedFuture(new BookieEndpoint(
                id, id.id().substring(0, colon), Integer.parseInt(id.id().substring(colon + 1))));
    }

    private NettyBookieConnections connect(
            TransportConfig config, Function<BookieId, CompletableFuture<BookieEndpoint>> endpoints) {
        NettyBookieConnections connections =
                new NettyBookieConnections(config, endpoints, SystemClock.INSTANCE, SystemRandomness.INSTANCE);
        toClose.add(connections);
        return connections;
    }

    private static TransportConfig config() {
        return new TransportConfig(
                WireVersion.V3,
                1,
                5 << 20,
                Duration.ofSeconds(10),
                Duration.ofMillis(2),
                Duration.ofMillis(20),
                1000,
                new TransportConfig.Limits(Duration.ofMillis(5), 384 << 10, 512 << 10));
    }

    private static Request.Add add(long requestId, long ledgerId, long entryId, int dataLength) {
        return new Request.Add(requestId, ledgerId, entryId, KEY, entry(ledgerId, entryId, dataLength), 0);
    }

    private static ByteBuf entry(long ledgerId, long entryId, int dataLength) {
        byte[] data = new byte[dataLength];
        for (int i = 0; i < dataLength; i++) {
            data[i] = (byte) (i * 31);
        }
        return DIGEST.pack(
                PooledByteBufAllocator.DEFAULT, ledgerId, entryId, -1, dataLength, Unpooled.wrappedBuffer(data));
    }

    private static Response noEntry(long requestId, long ledgerId, long entryId) {
        return new Response.Entry(
                requestId, StatusCode.NO_ENTRY, ledgerId, entryId, null, Response.UNSET, Response.UNSET);
    }
}
