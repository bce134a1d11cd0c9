package io.dlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EntryDigestTest {
    private static final byte[] PASSWORD = "pw".getBytes(StandardCharsets.UTF_8);
    private static final Pattern STORED =
            Pattern.compile("(MAC|CRC32|CRC32C|DUMMY) ledger (\\d+) entry (\\d+) stored bytes: ([0-9a-f]+)");

    /** An entry as Apache's client packed it. */
    record Stored(DigestType type, long ledgerId, long entryId, String hex) {}

    static List<Stored> stored() throws IOException {
        try (InputStream in = EntryDigestTest.class.getResourceAsStream("/golden/bookkeeper-4.17.2-wire.txt")) {
            Stream<String> lines = new BufferedReader(
                            new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))
                    .lines();
            return lines.map(STORED::matcher)
                    .filter(Matcher::matches)
                    .map(m -> new Stored(
                            DigestType.valueOf(m.group(1)),
                            Long.parseLong(m.group(2)),
                            Long.parseLong(m.group(3)),
                            m.group(4)))
                    .toList();
        }
    }

    @Test
    void theFileHoldsTwoEntriesOfEachDigest() throws IOException {
        assertThat(stored()).hasSize(2 * DigestType.values().length);
    }

    @ParameterizedTest
    @MethodSource("stored")
    void packsAndChecksWhatApachesClientStored(Stored stored) {
        EntryDigest digest = EntryDigest.of(stored.type, PASSWORD);
        ByteBuf entry = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(stored.hex));

        assertThat(digest.check(entry, stored.ledgerId, stored.entryId)).isEqualTo(EntryDigest.Check.OK);
        ByteBuf packed = digest.pack(
                PooledByteBufAllocator.DEFAULT,
                stored.ledgerId,
                stored.entryId,
                EntryHeader.lastAddConfirmed(entry),
                EntryHeader.ledgerLength(entry),
                digest.data(entry).copy());
        assertThat(ByteBufUtil.hexDump(packed)).isEqualTo(stored.hex);
        packed.release();
    }

    @Test
    void packsTheLacThatApachesClientWrote() {
        EntryDigest digest = EntryDigest.of(DigestType.CRC32, PASSWORD);
        ByteBuf packet = digest.packLac(PooledByteBufAllocator.DEFAULT, 8, 0);
        assertThat(ByteBufUtil.hexDump(packet)).isEqualTo("00000000000000080000000000000000000000005763e94d");
        assertThat(digest.checkLac(packet, 8)).isEqualTo(EntryDigest.Check.OK);
        assertThat(digest.checkLac(packet, 9)).isEqualTo(EntryDigest.Check.WRONG_LEDGER);
        assertThat(EntryDigest.lastAddConfirmedOf(packet)).isZero();
        packet.release();
    }

    @ParameterizedTest
    @EnumSource(DigestType.class)
    void agreesWithItselfHoweverTheBufferIsMade(DigestType type) {
        EntryDigest digest = EntryDigest.of(type, PASSWORD);
        byte[] data = new byte[3 * 4096 + 17];
        new Random(1).nextBytes(data);
        // Larger than the copy limit, in three pieces, so that the result is a composite in a composite.
        CompositeByteBuf pieces = Unpooled.compositeBuffer();
        pieces.addComponent(true, direct(data, 0, 5));
        pieces.addComponent(true, Unpooled.copiedBuffer(data, 5, 9000));
        pieces.addComponent(true, direct(data, 9005, data.length - 9005));
        ByteBuf composite = digest.pack(PooledByteBufAllocator.DEFAULT, 3, 4, 2, data.length, pieces);
        ByteBuf direct =
                digest.pack(PooledByteBufAllocator.DEFAULT, 3, 4, 2, data.length, direct(data, 0, data.length));
        ByteBuf heap = Unpooled.copiedBuffer(composite);

        assertThat(ByteBufUtil.hexDump(composite)).isEqualTo(ByteBufUtil.hexDump(direct));
        for (ByteBuf entry : List.of(composite, direct, heap, heap.slice())) {
            assertThat(digest.check(entry, 3, 4)).isEqualTo(EntryDigest.Check.OK);
            assertThat(ByteBufUtil.getBytes(digest.data(entry))).isEqualTo(data);
            assertThat(entry.readerIndex()).isZero();
        }
        composite.release();
        direct.release();
    }

    @ParameterizedTest
    @EnumSource(DigestType.class)
    void saysWhatIsWrong(DigestType type) {
        EntryDigest digest = EntryDigest.of(type, PASSWORD);
        ByteBuf entry = digest.pack(
                PooledByteBufAllocator.DEFAULT, 3, 4, 2, 5, Unpooled.copiedBuffer("hello", StandardCharsets.UTF_8));

        assertThat(digest.check(entry, 3, 5)).isEqualTo(EntryDigest.Check.WRONG_ENTRY);
        assertThat(digest.checkAnyEntry(entry, 3)).isEqualTo(EntryDigest.Check.OK);
        assertThat(digest.check(entry, 2, 4)).isEqualTo(EntryDigest.Check.WRONG_LEDGER);
        assertThat(digest.check(entry.slice(0, digest.overheadBytes() - 1), 3, 4))
                .isEqualTo(EntryDigest.Check.TOO_SHORT);
        if (type != DigestType.DUMMY) {
            for (int i = 0; i < entry.writerIndex(); i++) {
                ByteBuf flipped = entry.copy();
                flipped.setByte(i, flipped.getByte(i) ^ 1);
                assertThat(digest.check(flipped, 3, 4)).isEqualTo(EntryDigest.Check.DIGEST_MISMATCH);
                flipped.release();
            }
        }
        entry.release();
    }

    @Test
    void anotherPasswordMakesAnotherMac() {
        ByteBuf entry = EntryDigest.of(DigestType.MAC, PASSWORD)
                .pack(PooledByteBufAllocator.DEFAULT, 3, 4, 2, 0, Unpooled.EMPTY_BUFFER);
        assertThat(EntryDigest.of(DigestType.MAC, new byte[] {'x'}).check(entry, 3, 4))
                .isEqualTo(EntryDigest.Check.DIGEST_MISMATCH);
        entry.release();
    }

    private static ByteBuf direct(byte[] bytes, int offset, int length) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(bytes, offset, length);
    }
}
