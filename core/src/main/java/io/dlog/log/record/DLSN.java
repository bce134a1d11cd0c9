package io.dlog.log.record;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * The position of a record in a log: which log segment, which entry of it, which record of that entry.
 *
 * <pre>
 *   version 1, 25 bytes, big endian
 *   0        1                        9              17            25
 *   | 01     | log segment sequence   | entry id     | slot id     |
 * </pre>
 *
 * <p>Positions of one log are totally ordered; a later record has a greater position. Thread: immutable. Source:
 * DistributedLog, "DLSN".
 */
public record DLSN(long logSegmentSequenceNo, long entryId, long slotId) implements Comparable<DLSN> {
    /** Position of a log's first record. */
    public static final DLSN InitialDLSN = new DLSN(1, 0, 0);

    /** Less than the position of any record. */
    public static final DLSN NonInclusiveLowerBound = new DLSN(1, 0, -1);

    /** No position. */
    public static final DLSN InvalidDLSN = new DLSN(0, -1, -1);

    /** The only version that is written. */
    public static final byte VERSION = 1;

    /** Length of the serialized form. */
    public static final int SERIALIZED_LENGTH = 25;

    @Override
    public int compareTo(DLSN other) {
        int bySegment = Long.compare(logSegmentSequenceNo, other.logSegmentSequenceNo);
        if (bySegment != 0) {
            return bySegment;
        }
        int byEntry = Long.compare(entryId, other.entryId);
        return byEntry != 0 ? byEntry : Long.compare(slotId, other.slotId);
    }

    /** Position of the next slot of the same entry; readers that resume start here. */
    public DLSN nextDLSN() {
        return new DLSN(logSegmentSequenceNo, entryId, slotId + 1);
    }

    /** The 25 bytes. */
    public byte[] serializeBytes() {
        return ByteBuffer.allocate(SERIALIZED_LENGTH)
                .put(VERSION)
                .putLong(logSegmentSequenceNo)
                .putLong(entryId)
                .putLong(slotId)
                .array();
    }

    /** The 25 bytes as Base64 text. */
    public String serialize() {
        return Base64.getEncoder().encodeToString(serializeBytes());
    }

    /** Reads {@link #serialize}'s text. */
    public static DLSN deserialize(String text) {
        return deserializeBytes(Base64.getDecoder().decode(text));
    }

    /** Reads version 1, and version 0 with its padding; anything else is an {@link IllegalArgumentException}. */
    public static DLSN deserializeBytes(byte[] bytes) {
        if (bytes.length < SERIALIZED_LENGTH || bytes[0] < 0 || bytes[0] > VERSION) {
            throw new IllegalArgumentException("not a DLSN: " + bytes.length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, SERIALIZED_LENGTH - 1);
        return new DLSN(buffer.getLong(), buffer.getLong(), buffer.getLong());
    }

    @Override
    public String toString() {
        return "DLSN{logSegmentSequenceNo=" + logSegmentSequenceNo + ", entryId=" + entryId + ", slotId=" + slotId
                + "}";
    }
}
