package io.dlog.log.record;

import static io.dlog.log.record.EntryFormat.ENVELOPE_BYTES;
import static io.dlog.log.record.EntryFormat.RECORD_HEADER_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Packs records into the bytes of one entry ({@link EntryFormat}).
 *
 * <p>Ends with {@link #finish} or {@link #discard}, once. Thread: owned by the log's lane.
 */
public final class EntryWriter {
    private static final byte[] CONTROL = "control".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEARTBEAT = "heartbeat".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_STREAM = "endOfStream".getBytes(StandardCharsets.US_ASCII);

    private final Compression compression;
    private final ByteBufAllocator allocator;
    private final ByteBuf buffer;
    private int slots;

    /** An entry without records. */
    public EntryWriter(ByteBufAllocator allocator, Compression compression, int expectedBytes) {
        this.allocator = allocator;
        this.compression = compression;
        this.buffer = allocator.buffer(ENVELOPE_BYTES + expectedBytes);
        buffer.writeZero(ENVELOPE_BYTES);
    }

    /** Bytes that a payload takes within an entry, before compression. */
    public static int recordBytes(int payloadBytes) {
        return RECORD_HEADER_BYTES + payloadBytes;
    }

    /** Whether a record with such a payload still goes into this entry. */
    public boolean hasRoomFor(int payloadBytes) {
        return bytes() + recordBytes(payloadBytes) <= LogRecord.MAX_LOGRECORDSET_SIZE;
    }

    /** Bytes of the records so far, before compression. */
    public int bytes() {
        return buffer.readableBytes() - ENVELOPE_BYTES;
    }

    /** Slots taken so far; the next record gets this slot. */
    public int slots() {
        return slots;
    }

    public boolean isEmpty() {
        return bytes() == 0;
    }

    /**
     * Appends a record of the application.
     *
     * @param position of it, or of the first one of a record set
     * @param slotCount records in it: 1, or as many as the record set has
     */
    public void append(LogRecord record, int position, int slotCount) {
        long flags = record.isRecordSet() ? EntryFormat.FLAG_RECORD_SET : 0;
        append(flags, position, record.getTransactionId(), record.getPayload(), slotCount);
    }

    /** Appends a control record, which readers skip; it makes what was acknowledged before it visible to them. */
    public void appendControl(long lastTransactionId, int lastPosition) {
        append(EntryFormat.FLAG_CONTROL, lastPosition, lastTransactionId, CONTROL, 1);
    }

    /** Appends a control record that a client asked for. */
    public void appendHeartbeat(long lastTransactionId, int lastPosition) {
        append(EntryFormat.FLAG_CONTROL, lastPosition, lastTransactionId, HEARTBEAT, 1);
    }

    /** Appends the record behind which there is nothing, ever. */
    public void appendEndOfStream(int lastPosition) {
        append(EntryFormat.FLAG_END_OF_STREAM, lastPosition, Long.MAX_VALUE, END_OF_STREAM, 1);
    }

    private void append(long flags, int position, long transactionId, byte[] payload, int slotCount) {
        if (!hasRoomFor(payload.length)) {
            throw new AssertionError("record of " + payload.length + " bytes put into an entry of " + bytes());
        }
        buffer.writeLong(EntryFormat.metadata(flags, position));
        buffer.writeLong(transactionId);
        buffer.writeInt(payload.length);
        buffer.writeBytes(payload);
        slots += slotCount;
    }

    /** The entry's bytes; the caller owns them. */
    public ByteBuf finish() {
        int unpackedLength = bytes();
        if (compression == Compression.NONE) {
            return sealed(buffer, unpackedLength, unpackedLength);
        }
        int room = compression.packedBytesMax(unpackedLength);
        ByteBuf packed = allocator.buffer(ENVELOPE_BYTES + room);
        ByteBuffer target = packed.nioBuffer(ENVELOPE_BYTES, room);
        int start = target.position();
        compression.pack(buffer.nioBuffer(ENVELOPE_BYTES, unpackedLength), target);
        int storedLength = target.position() - start;
        buffer.release();
        return sealed(packed.writerIndex(ENVELOPE_BYTES + storedLength), unpackedLength, storedLength);
    }

    private ByteBuf sealed(ByteBuf entry, int unpackedLength, int storedLength) {
        entry.setByte(0, EntryFormat.VERSION);
        entry.setInt(EntryFormat.FLAGS_OFFSET, compression.code());
        entry.setInt(EntryFormat.UNPACKED_LENGTH_OFFSET, unpackedLength);
        entry.setInt(EntryFormat.STORED_LENGTH_OFFSET, storedLength);
        return entry;
    }

    /** Gives the memory back. */
    public void discard() {
        buffer.release();
    }
}
