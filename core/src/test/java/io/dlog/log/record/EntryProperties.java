package io.dlog.log.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.record.EntryReader.Envelope;
import io.dlog.log.record.EntryReader.RecordSets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

final class EntryProperties {
    @Property(tries = 200)
    void whatIsPackedIsUnpacked(
            @ForAll @Size(max = 20) List<byte[]> payloads, @ForAll Compression compression, @ForAll Compression ofSets)
            throws Exception {
        EntryWriter writer = new EntryWriter(UnpooledByteBufAllocator.DEFAULT, compression, 16);
        LogRecordSet set = new LogRecordSet(ofSets);
        int position = 1;
        for (byte[] payload : payloads) {
            writer.append(new LogRecord(position, payload), position, 1);
            set.add(payload);
            position++;
        }
        writer.append(new LogRecord(position, set.toPayload(), LogRecord.Kind.RECORD_SET), position, set.count());
        ByteBuf entry = writer.finish();
        EntryReader reader = EntryReader.open(entry, Envelope.ENVELOPED, RecordSets.UNPACK);
        for (int i = 0; i < 2 * payloads.size(); i++) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.slot()).isEqualTo(i);
            assertThat(reader.position()).isEqualTo(i + 1);
            assertThat(reader.payload()).isEqualTo(payloads.get(i % payloads.size()));
        }
        assertThat(reader.next()).isFalse();
        entry.release();
    }

    /** Whatever the bytes: records or a refusal, never another exception. */
    @Property(tries = 500)
    void arbitraryBytesAreReadOrRefused(@ForAll byte[] bytes, @ForAll Envelope envelope) {
        try {
            EntryReader reader = EntryReader.open(Unpooled.wrappedBuffer(bytes), envelope, RecordSets.UNPACK);
            int records = 0;
            while (reader.next()) {
                records++;
            }
            assertThat(records).isLessThanOrEqualTo(bytes.length);
        } catch (InvalidEntryException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }
}
