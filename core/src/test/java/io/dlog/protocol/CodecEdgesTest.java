package io.dlog.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers and refusals of which no recording exists. */
class CodecEdgesTest {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final String IDS = "0000000000000007" + "0000000000000001";

    @Test
    void oneMasterKeyObjectServesAConnection() throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        String add = "02010000" + "11".repeat(20) + IDS + "00".repeat(16);
        String other = "02010000" + "12".repeat(20) + IDS + "00".repeat(16);
        MasterKey first = keyOf(server, add);
        assertThat(keyOf(server, add)).isSameAs(first);
        assertThat(keyOf(server, other)).isNotEqualTo(first);
        assertThat(keyOf(server, add)).isEqualTo(first);
    }

    private static MasterKey keyOf(ServerCodec server, String hex) throws MalformedFrameException {
        Request.Add add = (Request.Add) server.decode(frame(hex));
        add.release();
        return add.masterKey();
    }

    @Test
    void anEntryIsASliceOfItsFrame() throws MalformedFrameException {
        ByteBuf frame = frame("02010000" + "11".repeat(20) + IDS + "00".repeat(16) + "55");
        Request.Add add = (Request.Add) new ServerCodec().decode(frame);
        frame.setByte(frame.writerIndex() - 1, 0x66);
        assertThat(add.entry().getByte(32)).isEqualTo((byte) 0x66);
        assertThat(frame.refCnt()).isEqualTo(2);
        add.release();
        frame.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"03", "04", "7f", "ff"})
    void anUnknownV2VersionIsRefusedWithItsOwnNumber(String version) throws MalformedFrameException {
        assertThat(refusal(version + "020000" + IDS)).isEqualTo(version + "020000" + "00000067" + IDS);
        assertThat(refusal(version + "070000" + IDS + "0000000000000055" + "0000000a" + "0000000000000100"))
                .isEqualTo(version + "070000" + "00000067" + IDS + "0000000000000055");
    }

    @Test
    void anEntryTooShortForItsHeaderIsABadRequest() throws MalformedFrameException {
        assertThat(refusal("02010000" + "11".repeat(20) + IDS)).isEqualTo("02010000" + "00000064" + IDS);
    }

    @Test
    void noRequestForANegativeLedgerIdIsServed() throws MalformedFrameException {
        String ids = "ffffffffffffffff" + "0000000000000001";
        String key = "11".repeat(20);
        assertThat(refusal("02010000" + key + ids + "00".repeat(16))).isEqualTo("02010000" + "00000064" + ids);
        assertThat(refusal("02020000" + ids)).isEqualTo("02020000" + "00000064" + ids);
        assertThat(refusal("02020001" + ids + key)).isEqualTo("02020000" + "00000064" + ids);
        assertThat(refusal("02070000" + ids + "0000000000000055" + "0000000a" + "0000000000000100"))
                .isEqualTo("02070000" + "00000064" + ids + "0000000000000055");
        MasterKey v3Key = MasterKey.of(new byte[20]);
        ByteBuf entry = Unpooled.buffer(32).writeLong(-1).writeLong(1).writeZero(16);
        ByteBuf lac = Unpooled.buffer(16).writeLong(-1).writeLong(1);
        for (Request request : List.of(
                new Request.Add(5, -1, 1, v3Key, entry, 0),
                new Request.Read(5, -1, 1, null, Request.Priority.NORMAL),
                new Request.Read(5, -1, 1, v3Key, Request.Priority.NORMAL),
                new Request.LongPollRead(5, -1, 1, 0, 10, Request.Piggyback.NONE),
                new Request.WriteLac(5, -1, 1, v3Key, lac),
                new Request.ReadLac(5, -1),
                new Request.Force(5, -1),
                new Request.ListEntries(5, -1))) {
            ByteBuf frame =
                    new ClientCodec(WireVersion.V3).encode(request, ALLOCATOR).skipBytes(4);
            Request decoded = new ServerCodec().decode(frame);
            assertThat(decoded).isInstanceOf(Request.Invalid.class);
            assertThat(((Request.Invalid) decoded).answer().status()).isEqualTo(StatusCode.BAD_REQUEST);
            frame.release();
            assertThat(frame.refCnt()).isZero();
        }
    }

    @Test
    void aV1FenceHasNoKeyAndIsUnauthorized() throws MalformedFrameException {
        assertThat(refusal("01020001" + IDS)).isEqualTo("01020000" + "00000066" + IDS);
    }

    private static String refusal(String request) throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        Request decoded = server.decode(frame(request));
        assertThat(decoded).isInstanceOf(Request.Invalid.class);
        ByteBuf answer = server.encode(((Request.Invalid) decoded).answer(), ALLOCATOR);
        String hex = ByteBufUtil.hexDump(answer).substring(8);
        answer.release();
        return hex;
    }

    @Test
    void anUnknownLedgerStateIsAnIoErrorInV2() throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        server.decode(frame("02020000" + IDS)).release();
        ByteBuf answer = server.encode(
                new Response.Entry(2, StatusCode.UNKNOWN_LEDGER_STATE, 7, 1, null, Response.UNSET, Response.UNSET),
                ALLOCATOR);
        assertThat(ByteBufUtil.hexDump(answer)).isEqualTo("00000018" + "02020000" + "00000065" + IDS);
        answer.release();
    }

    @Test
    void whatAVersionCannotCarryIsRefusedAndReleased() {
        ByteBuf body = Unpooled.buffer(16).writeZero(16);
        Request.WriteLac write = new Request.WriteLac(1, 2, 3, MasterKey.ofPassword(new byte[0]), body);
        assertThat(ClientCodec.carries(WireVersion.V2, write)).isFalse();
        assertThatThrownBy(() -> new ClientCodec(WireVersion.V2).encode(write, ALLOCATOR))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(body.refCnt()).isZero();
        Request batch = new Request.BatchRead(1, 2, 3, 4, 5, null);
        assertThat(ClientCodec.carries(WireVersion.V3, batch)).isFalse();
        assertThatThrownBy(() -> new ClientCodec(WireVersion.V3).encode(batch, ALLOCATOR))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aV3RefusalBeforeAuthenticationHasNoBody() throws MalformedFrameException {
        ByteBuf answer = new ServerCodec().encode(new Response.Bare(5, StatusCode.UNAUTHORIZED, 2), ALLOCATOR);
        assertThat(ByteBufUtil.hexDump(answer)).isEqualTo("0000000b" + "0a06080310021805" + "10f603");
        answer.skipBytes(4);
        assertThat(new ClientCodec(WireVersion.V3).decode(answer))
                .isEqualTo(new Response.Bare(5, StatusCode.UNAUTHORIZED, 2));
        answer.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A field of 2 GiB, of 2^63 bytes, of one byte too many.
                "0affffffff07",
                "0affffffffffffffffff01",
                "0a0a0803100218",
                // A number of eleven bytes, a group, field number 0.
                "0a06080310021801" + "10ffffffffffffffffffff01",
                "0a06080310021801" + "0b",
                "0a06080310021801" + "02",
                // OK without a body.
                "0a06080310021801" + "1000"
            })
    void aLengthThatIsNotThereIsRefused(String hex) {
        assertThatThrownBy(() -> new ClientCodec(WireVersion.V3).decode(frame(hex)))
                .isInstanceOf(MalformedFrameException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7fffffff", "ffffffff", "00000000", "0000001f", "00000021"})
    void aBatchAnswerThatEndsInsideAnEntryIsRefusedWhole(String length) {
        String good = "00000020" + "00".repeat(32);
        ByteBuf frame = frame("02070000" + "00000000" + IDS + "0000000000000055" + good + length + "00".repeat(32));
        assertThatThrownBy(() -> new ClientCodec(WireVersion.V2).decode(frame))
                .isInstanceOf(MalformedFrameException.class);
        assertThat(frame.refCnt()).isEqualTo(1);
    }

    @Test
    void theInnerStatusCountsWhenTheOuterIsOk() throws MalformedFrameException {
        Response answer = new ClientCodec(WireVersion.V3)
                .decode(frame("0a06080310021805" + "1000" + "aa0607" + "08f80310081801"));
        assertThat(answer).isEqualTo(new Response.Added(5, StatusCode.FENCED, 8, 1));
    }

    @Test
    void sizesOfNumbersAreRight() {
        for (long value : List.of(0L, 1L, 127L, 128L, 16383L, 16384L, -1L, Long.MAX_VALUE, Long.MIN_VALUE)) {
            ByteBuf out = Unpooled.buffer();
            ProtobufWriter.writeVarint(out, value);
            assertThat(out.readableBytes()).isEqualTo(ProtobufWriter.varintSize(value));
        }
    }

    private static ByteBuf frame(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }
}
