package io.dlog.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.protocol.GoldenVectors.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decodes every recorded frame and encodes it again to the same bytes. */
class GoldenVectorsTest {
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    /** Requests that our client never sends in this form; decoding drops what it does not use. */
    private static final Set<String> REQUESTS_WE_WORD_OTHERWISE = Set.of(
            // Unknown field and MDC context are skipped.
            "v3 READ ctx + unknown field",
            // Unknown write flag is dropped.
            "v3 ADD writeFlags=2 unknown",
            // A fence needs no previous LAC.
            "v3 fence with previousLAC",
            // Old version bytes: we send 2.
            "version=1 read",
            "version=0 read (int opcode)");

    /** Recorded as defects of Apache's bookie; we refuse instead. */
    private static final Set<String> REFUSED_HERE = Set.of(
            // Stores under the ids in the body and acknowledges those around it.
            "v3 ADD body ledger mismatch",
            // Negative ids are journal records of another kind there.
            "v2 ADD negative entry id");

    /** Refused by the codec itself, because a frame that parses can't be served. */
    private static final Set<String> REFUSED_BY_BOTH = Set.of(
            "v2-format ADD with version=3",
            "v3 BATCH_READ",
            "v3 RANGE_READ",
            "v3 READ header.version=2",
            "v3 ADD without addRequest",
            "v3 ADD empty body",
            "v3 fence without masterKey");

    static Stream<Exchange> answered() {
        return GoldenVectors.exchanges().stream().filter(Exchange::isAnswered);
    }

    static Stream<Exchange> served() {
        return GoldenVectors.exchanges().stream()
                .filter(e -> !e.isReset() && !e.response().equals("CLOSED"))
                .filter(e -> !REFUSED_BY_BOTH.contains(e.name()) && !REFUSED_HERE.contains(e.name()));
    }

    static Stream<Exchange> servedInOurWords() {
        return served().filter(e -> !REQUESTS_WE_WORD_OTHERWISE.contains(e.name()));
    }

    static Stream<Exchange> refused() {
        return GoldenVectors.exchanges().stream().filter(e -> REFUSED_BY_BOTH.contains(e.name()));
    }

    static Stream<Exchange> refusedHere() {
        return GoldenVectors.exchanges().stream().filter(e -> REFUSED_HERE.contains(e.name()));
    }

    static Stream<Exchange> resetAlone() {
        return GoldenVectors.exchanges().stream()
                .filter(Exchange::isReset)
                // Empty frames never reach the codec; the other two depend on what came before and have their own test.
                .filter(e -> !e.request().equals("00000000")
                        && !e.name().startsWith("then ")
                        && !e.name().startsWith("v2 then v3"));
    }

    @Test
    void theFileHoldsWhatTheListsHereName() {
        List<String> names =
                GoldenVectors.exchanges().stream().map(Exchange::name).toList();
        assertThat(names).hasSizeGreaterThan(75).containsAll(REFUSED_HERE).containsAll(REFUSED_BY_BOTH);
    }

    @ParameterizedTest
    @MethodSource("servedInOurWords")
    void aRequestEncodesToTheRecordedBytes(Exchange exchange) throws MalformedFrameException {
        Request request = new ServerCodec().decode(frameOf(exchange));
        assertThat(request.kind()).isNotEqualTo(Request.Kind.INVALID);
        ClientCodec client = new ClientCodec(exchange.isV3() ? WireVersion.V3 : WireVersion.V2);
        assertThat(hexAndRelease(client.encode(request, ALLOCATOR))).isEqualTo(exchange.request());
    }

    @ParameterizedTest
    @MethodSource("answered")
    void anAnswerEncodesToTheRecordedBytes(Exchange exchange) throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        server.decode(frameOf(exchange)).release();
        ClientCodec client = new ClientCodec(exchange.isV3() ? WireVersion.V3 : WireVersion.V2);
        Response response = client.decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(exchange.response())));
        assertThat(hexAndRelease(server.encode(response, ALLOCATOR)).substring(8))
                .isEqualTo(exchange.response());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRefusalIsTheRecordedOne(Exchange exchange) throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        Request request = server.decode(frameOf(exchange));
        assertThat(request).isInstanceOf(Request.Invalid.class);
        Response answer = ((Request.Invalid) request).answer();
        assertThat(hexAndRelease(server.encode(answer, ALLOCATOR)).substring(8)).isEqualTo(exchange.response());
    }

    @ParameterizedTest
    @MethodSource("refusedHere")
    void whatApacheGetsWrongIsABadRequestHere(Exchange exchange) throws MalformedFrameException {
        Request request = new ServerCodec().decode(frameOf(exchange));
        assertThat(request).isInstanceOf(Request.Invalid.class);
        assertThat(((Request.Invalid) request).answer().status()).isEqualTo(StatusCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @MethodSource("resetAlone")
    void whatApacheResetsClosesTheConnection(Exchange exchange) {
        assertThatThrownBy(() -> new ServerCodec().decode(frameOf(exchange)))
                .isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void aConnectionGoesFromV3ToV2AndNeverBack() throws MalformedFrameException {
        Exchange v3Read = named("v3 READ first");
        Exchange v2Read = named("then v2 READ on same conn");
        Exchange v3ReadAgain = named("then v3 READ on same conn");
        ServerCodec server = new ServerCodec();

        server.decode(frameOf(v3Read)).release();
        assertThat(server.version()).isEqualTo(WireVersion.V3);
        Response answer = new ClientCodec(WireVersion.V3)
                .decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(v3Read.response())));
        server.encode(answer, ALLOCATOR).release();

        server.decode(frameOf(v2Read)).release();
        assertThat(server.version()).isEqualTo(WireVersion.V2);
        assertThatThrownBy(() -> server.decode(frameOf(v3ReadAgain))).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void aSwitchWhileAV3RequestWaitsClosesTheConnection() throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        server.decode(frameOf(named("v3 READ first"))).release();
        assertThatThrownBy(() -> server.decode(frameOf(named("then v2 READ on same conn"))))
                .isInstanceOf(MalformedFrameException.class);
        assertThat(server.version()).isEqualTo(WireVersion.V3);
    }

    @Test
    void theMasterKeyOfAPasswordIsTheRecordedOne() {
        assertThat(ByteBufUtil.hexDump(
                        MasterKey.ofPassword(new byte[] {'p', 'w'}).bytes()))
                .isEqualTo(recordedKey("masterKey(pw) "));
        assertThat(ByteBufUtil.hexDump(MasterKey.ofPassword(new byte[0]).bytes()))
                .isEqualTo(recordedKey("masterKey(empty) "));
    }

    private static String recordedKey(String name) {
        return GoldenVectors.lines().stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).trim())
                .findFirst()
                .orElseThrow();
    }

    private static Exchange named(String name) {
        return GoldenVectors.exchanges().stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ByteBuf frameOf(Exchange exchange) {
        byte[] bytes = ByteBufUtil.decodeHexDump(exchange.request());
        return Unpooled.wrappedBuffer(bytes, 4, bytes.length - 4);
    }

    private static String hexAndRelease(ByteBuf frame) {
        try {
            return ByteBufUtil.hexDump(frame);
        } finally {
            frame.release();
        }
    }
}
