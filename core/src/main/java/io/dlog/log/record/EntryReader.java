package io.dlog.log.record;

import static io.dlog.log.record.EntryFormat.ENVELOPE_BYTES;
import static io.dlog.log.record.EntryFormat.RECORD_HEADER_BYTES;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Goes through the records of one entry ({@link EntryFormat}), those of record sets one by one.
 *
 * <p>{@link #next} moves to the first and then to the following record; the accessors speak of the record that it moved
 * to. Lengths are checked before memory is allocated. Thread: owned by its caller.
 */
public final class EntryReader {
    /** Whether an entry's records lie in an envelope. */
    public enum Envelope {
        ENVELOPED,
        /** Log segments of a layout version below 4. */
        BARE
    }

    /** Whether record sets are handed out as one record or as the records in them. */
    public enum RecordSets {
        UNPACK,
        KEEP
    }

    private final ByteBuffer records;
    private final RecordSets recordSets;

    private long metadata;
    private long transactionId;
    private int position;
    private long slot = -1;
    private byte[] payload = new byte[0];
    private int slotsOfRecord = 1;

    private List<byte[]> set = List.of();
    private int nextOfSet;

    private EntryReader(ByteBuffer records, RecordSets recordSets) {
        this.records = records;
        this.recordSets = recordSets;
    }

    /** Opens an entry; borrows {@code entry}, and copies what it needs of it. */
    public static EntryReader open(ByteBuf entry, Envelope envelope, RecordSets recordSets)
            throws InvalidEntryException {
        int length = entry.readableBytes();
        int start = entry.readerIndex();
        if (envelope == Envelope.BARE) {
            byte[] copy = new byte[length];
            entry.getBytes(start, copy);
            return new EntryReader(ByteBuffer.wrap(copy), recordSets);
        }
        if (length < ENVELOPE_BYTES) {
            throw new InvalidEntryException("entry of " + length + " bytes is shorter than an envelope");
        }
        if (entry.getByte(start) != EntryFormat.VERSION) {
            throw new InvalidEntryException("unknown envelope version " + entry.getByte(start));
        }
        int flags = entry.getInt(start + EntryFormat.FLAGS_OFFSET);
        int unpackedLength = entry.getInt(start + EntryFormat.UNPACKED_LENGTH_OFFSET);
        int storedLength = entry.getInt(start + EntryFormat.STORED_LENGTH_OFFSET);
        if (storedLength != length - ENVELOPE_BYTES) {
            throw new InvalidEntryException(
                    "envelope says " + storedLength + " bytes, there are " + (length - ENVELOPE_BYTES));
        }
        ByteBuffer stored = entry.nioBuffer(start + ENVELOPE_BYTES, storedLength);
        byte[] unpacked = Compression.ofFlags(flags).unpack(stored, unpackedLength);
        return new EntryReader(ByteBuffer.wrap(unpacked), recordSets);
    }

    /** Moves to the next record; false when there is none. */
    public boolean next() throws InvalidEntryException {
        slot += slot < 0 ? 1 : slotsOfRecord;
        if (nextOfSet < set.size()) {
            position++;
            payload = set.get(nextOfSet++);
            return true;
        }
        while (records.hasRemaining()) {
            readRecord();
            slotsOfRecord = 1;
            if (!isRecordSet()) {
                return true;
            }
            if (recordSets == RecordSets.KEEP) {
                slotsOfRecord = LogRecordSet.count(payload);
                return true;
            }
            set = LogRecordSet.read(payload);
            nextOfSet = 0;
            if (!set.isEmpty()) {
                payload = set.get(nextOfSet++);
                return true;
            }
        }
        return false;
    }

    private void readRecord() throws InvalidEntryException {
        if (records.remaining() < RECORD_HEADER_BYTES) {
            throw new InvalidEntryException("record header cut off after " + records.remaining() + " bytes");
        }
        metadata = records.getLong();
        transactionId = records.getLong();
        int length = records.getInt();
        if (length < 0 || length > records.remaining()) {
            throw new InvalidEntryException(
                    "record says " + length + " bytes, there are " + records.remaining() + " left");
        }
        position = EntryFormat.position(metadata);
        payload = new byte[length];
        records.get(payload);
    }

    public long transactionId() {
        return transactionId;
    }

    /** Number of the record within the segment, from 1; of a control record that of the last record before it. */
    public int position() {
        return position;
    }

    /** Number of the record within the entry, from 0. */
    public long slot() {
        return slot;
    }

    /** Records that this one stands for: more than one only for a record set that is kept. */
    public int slotsOfRecord() {
        return slotsOfRecord;
    }

    /** The record's bytes; the caller's own. */
    public byte[] payload() {
        return payload;
    }

    /** Whether the payload is a record set, kept or being unpacked. */
    public boolean isRecordSet() {
        return (metadata & EntryFormat.FLAG_RECORD_SET) != 0;
    }

    /** Whether the record is the library's own and no reader's business. */
    public boolean isControl() {
        return (metadata & EntryFormat.FLAG_CONTROL) != 0;
    }

    public boolean isEndOfStream() {
        return (metadata & EntryFormat.FLAG_END_OF_STREAM) != 0;
    }

    /** Whether the application wrote it. */
    public boolean isData() {
        return !isControl() && !isEndOfStream();
    }
}
