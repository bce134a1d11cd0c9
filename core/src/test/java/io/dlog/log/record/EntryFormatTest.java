package io.dlog.log.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.record.EntryReader.Envelope;
import io.dlog.log.record.EntryReader.RecordSets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EntryFormatTest {
    private static byte[] golden(String name) throws IOException {
        try (InputStream in = EntryFormatTest.class.getResourceAsStream("/golden/log-entries.txt")) {
            assertThat(in).isNotNull();
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            for (String line : text.split("\n")) {
                if (line.startsWith(name + " ")) {
                    return HexFormat.of()
                            .parseHex(line.substring(name.length() + 1).trim());
                }
            }
        }
        throw new AssertionError("no golden vector " + name);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuf entry) {
        byte[] bytes = ByteBufUtil.getBytes(entry);
        entry.release();
        return bytes;
    }

    private static EntryWriter writer(Compression compression) {
        return new EntryWriter(UnpooledByteBufAllocator.DEFAULT, compression, 64);
    }

    private static byte[] helloWorld(Compression compression) {
        EntryWriter writer = writer(compression);
        writer.append(new LogRecord(1000, utf8("hello")), 1, 1);
        writer.append(new LogRecord(1001, utf8("world")), 2, 1);
        return bytes(writer.finish());
    }

    private static EntryReader open(byte[] entry) throws InvalidEntryException {
        return EntryReader.open(Unpooled.wrappedBuffer(entry), Envelope.ENVELOPED, RecordSets.UNPACK);
    }

    @Test
    void writesAStoredEntryByteForByte() throws Exception {
        assertThat(helloWorld(Compression.NONE)).isEqualTo(golden("entry-stored"));
    }

    @Test
    void writesACompressedEntryByteForByte() throws Exception {
        assertThat(helloWorld(Compression.LZ4)).isEqualTo(golden("entry-lz4"));
    }

    @Test
    void writesAControlRecordByteForByte() throws Exception {
        EntryWriter writer = writer(Compression.NONE);
        writer.appendControl(1001, 2);
        assertThat(bytes(writer.finish())).isEqualTo(golden("entry-control"));
    }

    @Test
    void writesTheEndOfStreamByteForByte() throws Exception {
        EntryWriter writer = writer(Compression.NONE);
        writer.appendEndOfStream(2);
        assertThat(bytes(writer.finish())).isEqualTo(golden("entry-end-of-stream"));
    }

    @Test
    void writesRecordSetsByteForByte() throws Exception {
        for (Compression compression : Compression.values()) {
            LogRecordSet set = new LogRecordSet(compression);
            set.add(utf8("aa"));
            set.add(utf8("bbb"));
            assertThat(set.toPayload())
                    .isEqualTo(golden(compression == Compression.NONE ? "record-set-stored" : "record-set-lz4"));
        }
    }

    @Test
    void readsBothPackingsOfTheGoldenEntry() throws Exception {
        for (String name : List.of("entry-stored", "entry-lz4")) {
            EntryReader reader = open(golden(name));
            assertThat(reader.next()).isTrue();
            assertThat(reader.transactionId()).isEqualTo(1000);
            assertThat(reader.payload()).isEqualTo(utf8("hello"));
            assertThat(reader.position()).isEqualTo(1);
            assertThat(reader.slot()).isZero();
            assertThat(reader.next()).isTrue();
            assertThat(reader.transactionId()).isEqualTo(1001);
            assertThat(reader.payload()).isEqualTo(utf8("world"));
            assertThat(reader.position()).isEqualTo(2);
            assertThat(reader.slot()).isEqualTo(1);
            assertThat(reader.next()).isFalse();
        }
    }

    @Test
    void readsRecordsThatAreNotTheApplications() throws Exception {
        EntryReader control = open(golden("entry-control"));
        assertThat(control.next()).isTrue();
        assertThat(control.isControl()).isTrue();
        assertThat(control.isData()).isFalse();
        EntryReader end = open(golden("entry-end-of-stream"));
        assertThat(end.next()).isTrue();
        assertThat(end.isEndOfStream()).isTrue();
        assertThat(end.position()).isEqualTo(2);
    }

    @Test
    void readsBareRecordsOfOldSegments() throws Exception {
        EntryReader reader =
                EntryReader.open(Unpooled.wrappedBuffer(golden("entry-bare")), Envelope.BARE, RecordSets.UNPACK);
        assertThat(reader.next()).isTrue();
        assertThat(reader.transactionId()).isEqualTo(7);
        assertThat(reader.payload()).isEqualTo(utf8("x"));
        assertThat(reader.next()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void unpacksRecordSetsAndGoesOnCountingSlotsAndPositions(Compression compression) throws Exception {
        LogRecordSet set = new LogRecordSet(compression);
        set.add(utf8("b"));
        set.add(utf8("c"));
        EntryWriter writer = writer(compression);
        writer.append(new LogRecord(1, utf8("a")), 5, 1);
        writer.append(new LogRecord(2, set.toPayload(), LogRecord.Kind.RECORD_SET), 6, set.count());
        writer.append(new LogRecord(3, utf8("d")), 8, 1);
        assertThat(writer.slots()).isEqualTo(4);
        byte[] entry = bytes(writer.finish());

        List<String> seen = new ArrayList<>();
        EntryReader reader = open(entry);
        while (reader.next()) {
            seen.add(reader.slot() + ":" + reader.position() + ":" + reader.transactionId() + ":"
                    + new String(reader.payload(), StandardCharsets.UTF_8));
        }
        assertThat(seen).containsExactly("0:5:1:a", "1:6:2:b", "2:7:2:c", "3:8:3:d");

        EntryReader kept = EntryReader.open(Unpooled.wrappedBuffer(entry), Envelope.ENVELOPED, RecordSets.KEEP);
        List<Long> slots = new ArrayList<>();
        while (kept.next()) {
            slots.add(kept.slot());
        }
        assertThat(slots).containsExactly(0L, 1L, 3L);
    }

    @Test
    void refusesLengthsThatCannotBeBeforeAllocating() throws Exception {
        byte[] huge = golden("entry-lz4");
        huge[5] = 0x7f;
        assertThatThrownBy(() -> open(huge)).isInstanceOf(InvalidEntryException.class);
        byte[] cutOff = Arrays.copyOf(golden("entry-stored"), 40);
        assertThatThrownBy(() -> open(cutOff)).isInstanceOf(InvalidEntryException.class);
        byte[] version = golden("entry-stored");
        version[0] = 9;
        assertThatThrownBy(() -> open(version)).isInstanceOf(InvalidEntryException.class);
        byte[] count = golden("record-set-stored");
        count[4] = 0x7f;
        assertThatThrownBy(() -> LogRecordSet.read(count)).isInstanceOf(InvalidEntryException.class);
        byte[] inner = golden("record-set-stored");
        inner[16] = 0x7f;
        assertThatThrownBy(() -> LogRecordSet.read(inner)).isInstanceOf(InvalidEntryException.class);
    }

    @Test
    void refusesABrokenBlock() throws Exception {
        byte[] broken = golden("entry-lz4");
        for (int i = 13; i < broken.length; i++) {
            broken[i] = (byte) 0xff;
        }
        assertThatThrownBy(() -> open(broken)).isInstanceOf(InvalidEntryException.class);
    }
}
