package io.dlog.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Whatever one side encodes the other decodes to the same; whatever else arrives is refused, and nothing leaks. */
class CodecProperties {
    /** Frames come from here; it counts what it has handed out and not got back. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @Property(tries = 500)
    void v3RequestsArriveAsTheyWereSent(@ForAll("v3Requests") Request request) throws MalformedFrameException {
        requestArrives(WireVersion.V3, request);
    }

    @Property(tries = 500)
    void v2RequestsArriveAsTheyWereSent(@ForAll("v2Requests") Request request) throws MalformedFrameException {
        requestArrives(WireVersion.V2, request);
    }

    private void requestArrives(WireVersion version, Request request) throws MalformedFrameException {
        assertThat(ClientCodec.carries(version, request)).isTrue();
        String sent = describe(request);
        ByteBuf frame = new ClientCodec(version).encode(request, allocator);
        assertThat(frame.readInt()).isEqualTo(frame.readableBytes());
        ServerCodec server = new ServerCodec();
        Request arrived = server.decode(frame);
        assertThat(describe(arrived)).isEqualTo(sent);
        assertThat(server.version()).isEqualTo(version);
        arrived.release();
        frame.release();
        nothingLeaks();
    }

    @Property(tries = 500)
    void v3AnswersArriveAsTheyWereSent(@ForAll("v3Responses") Response response) throws MalformedFrameException {
        String sent = describe(response);
        ByteBuf frame = new ServerCodec().encode(response, allocator);
        assertThat(frame.readInt()).isEqualTo(frame.readableBytes());
        Response arrived = new ClientCodec(WireVersion.V3).decode(frame);
        assertThat(describe(arrived)).isEqualTo(sent);
        arrived.release();
        frame.release();
        nothingLeaks();
    }

    @Property(tries = 500)
    void v2AnswersArriveAsTheyWereSent(@ForAll("v2Responses") Response response) throws MalformedFrameException {
        String sent = describe(response);
        ByteBuf frame = v2Server().encode(response, allocator);
        assertThat(frame.readInt()).isEqualTo(frame.readableBytes());
        Response arrived = new ClientCodec(WireVersion.V2).decode(frame);
        assertThat(describe(arrived)).isEqualTo(sent);
        arrived.release();
        frame.release();
        nothingLeaks();
    }

    @Property(tries = 2000)
    void garbageIsRefusedAndNothingElse(@ForAll byte[] garbage, @ForAll("firstBytes") byte first) {
        if (garbage.length > 0) {
            garbage[0] = first;
        }
        refusedOrDecoded(garbage);
    }

    @Property(tries = 1000)
    void aDamagedV3FrameIsRefusedAndNothingElse(
            @ForAll("v3Requests") Request request, @ForAll("v3Responses") Response response, @ForAll int where) {
        refusedOrDecodedWhenDamaged(new ClientCodec(WireVersion.V3).encode(request, allocator), where);
        refusedOrDecodedWhenDamaged(new ServerCodec().encode(response, allocator), where);
        nothingLeaks();
    }

    @Property(tries = 1000)
    void aDamagedV2FrameIsRefusedAndNothingElse(
            @ForAll("v2Requests") Request request, @ForAll("v2Responses") Response response, @ForAll int where)
            throws MalformedFrameException {
        refusedOrDecodedWhenDamaged(new ClientCodec(WireVersion.V2).encode(request, allocator), where);
        refusedOrDecodedWhenDamaged(v2Server().encode(response, allocator), where);
        nothingLeaks();
    }

    private void refusedOrDecodedWhenDamaged(ByteBuf frame, int where) {
        byte[] bytes = ByteBufUtil.getBytes(frame, 4, frame.readableBytes() - 4);
        frame.release();
        int at = Math.floorMod(where, bytes.length);
        refusedOrDecoded(Arrays.copyOf(bytes, at));
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << (where >>> 28 & 7));
        refusedOrDecoded(flipped);
    }

    /** A codec may decode these bytes or refuse them, and must hold no reference of the frame afterwards. */
    private static void refusedOrDecoded(byte[] bytes) {
        ByteBuf frame = Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
        try {
            new ServerCodec().decode(frame).release();
        } catch (MalformedFrameException refused) {
            assertThat(refused).hasMessageMatching(".+");
        }
        for (WireVersion version : WireVersion.values()) {
            try {
                new ClientCodec(version).decode(frame).release();
            } catch (MalformedFrameException refused) {
                assertThat(refused).hasMessageMatching(".+");
            }
        }
        assertThat(frame.readerIndex()).isZero();
        assertThat(frame.refCnt()).isEqualTo(1);
        frame.release();
    }

    private void nothingLeaks() {
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    /** A server whose client has spoken v2. */
    private static ServerCodec v2Server() throws MalformedFrameException {
        ServerCodec server = new ServerCodec();
        ByteBuf read = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("0202000000000000000000070000000000000001"));
        server.decode(read).release();
        assertThat(server.version()).isEqualTo(WireVersion.V2);
        return server;
    }

    @Provide
    Arbitrary<Byte> firstBytes() {
        return Arbitraries.of((byte) 0, (byte) 1, (byte) 2, (byte) 3, (byte) 0x0a, (byte) 0xff);
    }

    @Provide
    Arbitrary<Request> v3Requests() {
        return Arbitraries.oneOf(
                adds(ids(), 7),
                reads(ids()),
                Combinators.combine(ids(), ledgerIds(), ids(), ids(), ids(), Arbitraries.of(Request.Piggyback.class))
                        .as(Request.LongPollRead::new),
                Combinators.combine(ids(), ledgerIds()).as(Request.ReadLac::new),
                Combinators.combine(ids(), ledgerIds(), ids(), keys(), bytes())
                        .as((id, ledger, lac, key, body) -> new Request.WriteLac(id, ledger, lac, key, buffer(body))),
                Combinators.combine(ids(), ledgerIds()).as(Request.Force::new),
                Combinators.combine(ids(), ids()).as(Request.BookieInfo::new),
                Combinators.combine(ids(), ledgerIds()).as(Request.ListEntries::new),
                Combinators.combine(ids(), Arbitraries.strings().ofMaxLength(20), bytes())
                        .as(Request.Auth::new),
                ids().map(Request.StartTls::new));
    }

    @Provide
    Arbitrary<Request> v2Requests() {
        Arbitrary<Long> version = Arbitraries.just(2L);
        return Arbitraries.oneOf(
                adds(version, 3),
                reads(version),
                Combinators.combine(ids(), ledgerIds(), ids(), Arbitraries.integers(), ids(), maybeKeys())
                        .as((id, ledger, first, count, size, key) ->
                                new Request.BatchRead(id, ledger, first, count, size, key.orNull())),
                Combinators.combine(version, Arbitraries.strings().ofMaxLength(20), bytes())
                        .as(Request.Auth::new));
    }

    private Arbitrary<Request> adds(Arbitrary<Long> requestIds, int flagsMax) {
        return Combinators.combine(
                        requestIds,
                        ledgerIds(),
                        Arbitraries.longs().greaterOrEqual(0),
                        keys(),
                        bytes(),
                        flags(flagsMax))
                .as((id, ledger, entry, key, data, flags) ->
                        new Request.Add(id, ledger, entry, key, entry(ledger, entry, data), flags));
    }

    private static Arbitrary<Request> reads(Arbitrary<Long> requestIds) {
        return Combinators.combine(requestIds, ledgerIds(), ids(), maybeKeys(), Arbitraries.of(Request.Priority.class))
                .as((id, ledger, entry, key, priority) -> new Request.Read(id, ledger, entry, key.orNull(), priority));
    }

    @Provide
    Arbitrary<Response> v3Responses() {
        return Arbitraries.oneOf(
                Combinators.combine(ids(), statuses(), ids(), ids()).as(Response.Added::new),
                Combinators.combine(ids(), statuses(), ids(), ids(), maybeBytes(), maybeUnset(), maybeUnset())
                        .as((id, status, ledger, entry, body, lac, time) ->
                                new Response.Entry(id, status, ledger, entry, bufferOrNull(body), lac, time)),
                Combinators.combine(ids(), statuses(), ids(), maybeBytes(), maybeBytes())
                        .as((id, status, ledger, lac, last) ->
                                new Response.Lac(id, status, ledger, bufferOrNull(lac), bufferOrNull(last))),
                Combinators.combine(ids(), statuses(), ids()).as(Response.LacWritten::new),
                Combinators.combine(ids(), statuses(), ids()).as(Response.Forced::new),
                Combinators.combine(ids(), statuses(), maybeUnset(), maybeUnset())
                        .as(Response.BookieInfo::new),
                Combinators.combine(ids(), statuses(), ids(), maybeBytes())
                        .as((id, status, ledger, list) ->
                                new Response.EntryList(id, status, ledger, list.length == 0 ? null : list)),
                Combinators.combine(ids(), statuses(), Arbitraries.strings().ofMaxLength(20), bytes())
                        .as(Response.Auth::new),
                Combinators.combine(ids(), statuses()).as(Response.TlsStarted::new),
                Combinators.combine(ids(), failures(), Arbitraries.of(1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12))
                        .as(Response.Bare::new));
    }

    @Provide
    Arbitrary<Response> v2Responses() {
        Arbitrary<Long> versions = Arbitraries.of(0L, 1L, 2L, 3L, 255L);
        Arbitrary<StatusCode> statuses = statuses().filter(s -> s != StatusCode.UNKNOWN_LEDGER_STATE);
        return Arbitraries.oneOf(
                Combinators.combine(versions, statuses, ids(), ids()).as(Response.Added::new),
                Combinators.combine(versions, statuses, ids(), ids(), bytes())
                        .as((version, status, ledger, entry, body) -> new Response.Entry(
                                version,
                                status,
                                ledger,
                                entry,
                                status == StatusCode.OK ? buffer(body) : null,
                                Response.UNSET,
                                Response.UNSET)),
                Combinators.combine(
                                ids(), statuses, ids(), ids(), bytes().list().ofMaxSize(5))
                        .as((id, status, ledger, first, list) -> new Response.Entries(
                                id,
                                status,
                                ledger,
                                first,
                                status == StatusCode.OK
                                        ? list.stream()
                                                .map(b -> entry(ledger, first, b))
                                                .toList()
                                        : List.of())),
                Combinators.combine(versions, Arbitraries.strings().ofMaxLength(20), bytes())
                        .as((version, plugin, payload) -> new Response.Auth(version, StatusCode.OK, plugin, payload)));
    }

    /** Those that a bookie serves. */
    private static Arbitrary<Long> ledgerIds() {
        return Arbitraries.longs().greaterOrEqual(0);
    }

    private static Arbitrary<Long> ids() {
        return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(-2, 300))
                .filter(id -> id != Response.UNSET);
    }

    private static Arbitrary<Long> maybeUnset() {
        return Arbitraries.oneOf(ids(), Arbitraries.just(Response.UNSET));
    }

    private static Arbitrary<Integer> flags(int max) {
        return Arbitraries.integers().between(0, max);
    }

    private static Arbitrary<StatusCode> statuses() {
        return Arbitraries.of(StatusCode.class);
    }

    private static Arbitrary<StatusCode> failures() {
        return statuses().filter(s -> s != StatusCode.OK);
    }

    private static Arbitrary<MasterKey> keys() {
        return Arbitraries.bytes().array(byte[].class).ofSize(MasterKey.LENGTH).map(MasterKey::of);
    }

    /** A key or none; jqwik has no nulls of its own that NullAway could follow. */
    private record MaybeKey(List<MasterKey> keys) {
        @Nullable
        MasterKey orNull() {
            return keys.isEmpty() ? null : keys.get(0);
        }
    }

    private static Arbitrary<MaybeKey> maybeKeys() {
        return keys().list().ofMaxSize(1).map(MaybeKey::new);
    }

    /** Lengths on both sides of what is copied and what is linked into a frame. */
    private static Arbitrary<byte[]> bytes() {
        return Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(50),
                Arbitraries.integers()
                        .between(Frames.COPIED_BYTES_MAX - 40, Frames.COPIED_BYTES_MAX + 2)
                        .map(length -> {
                            byte[] bytes = new byte[length];
                            Arrays.fill(bytes, length.byteValue());
                            return bytes;
                        }));
    }

    /** Bytes, or an empty array that stands for none. */
    private static Arbitrary<byte[]> maybeBytes() {
        return bytes();
    }

    private @Nullable ByteBuf bufferOrNull(byte[] bytes) {
        return bytes.length == 0 ? null : buffer(bytes);
    }

    private ByteBuf buffer(byte[] bytes) {
        return Unpooled.buffer(bytes.length + 1).writeBytes(bytes);
    }

    private ByteBuf entry(long ledgerId, long entryId, byte[] data) {
        return Unpooled.buffer(32 + data.length)
                .writeLong(ledgerId)
                .writeLong(entryId)
                .writeLong(-1)
                .writeLong(data.length)
                .writeBytes(data);
    }

    /** Everything in a request, buffers and arrays included. */
    private static String describe(Request request) {
        if (request instanceof Request.Add add) {
            return "Add " + add.requestId() + " " + add.ledgerId() + " " + add.entryId() + " " + add.masterKey() + " "
                    + add.flags() + " " + hex(add.entry());
        }
        if (request instanceof Request.WriteLac write) {
            return "WriteLac " + write.requestId() + " " + write.ledgerId() + " " + write.lac() + " "
                    + write.masterKey() + " " + hex(write.body());
        }
        if (request instanceof Request.Auth auth) {
            return "Auth " + auth.requestId() + " " + auth.plugin() + " " + Arrays.toString(auth.payload());
        }
        return request.toString();
    }

    private static String describe(Response response) {
        if (response instanceof Response.Entry read) {
            return "Entry " + read.requestId() + " " + read.status() + " " + read.ledgerId() + " " + read.entryId()
                    + " " + hex(read.entry()) + " " + read.maxLac() + " " + read.lacUpdateMillis();
        }
        if (response instanceof Response.Entries batch) {
            return "Entries " + batch.requestId() + " " + batch.status() + " " + batch.ledgerId() + " "
                    + batch.firstEntryId() + " "
                    + batch.entries().stream().map(CodecProperties::hex).toList();
        }
        if (response instanceof Response.Lac lac) {
            return "Lac " + lac.requestId() + " " + lac.status() + " " + lac.ledgerId() + " " + hex(lac.explicitLac())
                    + " " + hex(lac.lastEntry());
        }
        if (response instanceof Response.EntryList list) {
            return "EntryList " + list.requestId() + " " + list.status() + " " + list.ledgerId() + " "
                    + Arrays.toString(list.availability());
        }
        if (response instanceof Response.Auth auth) {
            return "Auth " + auth.requestId() + " " + auth.status() + " " + auth.plugin() + " "
                    + Arrays.toString(auth.payload());
        }
        return response.toString();
    }

    private static String hex(@Nullable ByteBuf buffer) {
        return buffer == null ? "none" : ByteBufUtil.hexDump(ByteBufUtil.getBytes(buffer));
    }
}
