package io.dlog.log.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Several payloads as the payload of one record: they share its transaction id and are durable together or not at all.
 *
 * <pre>
 *   big endian
 *   0                     4        8                 12              16
 *   | 0x1000 | codec      | count  | unpacked length | packed length | packed: count x (length, bytes) |
 *              bits 0-1                                                          4 bytes
 * </pre>
 *
 * <p>Another version (bits 12-15) is refused. Source: DistributedLog, "LogRecordSet"; golden bytes in
 * {@code golden/log-entries.txt}.
 *
 * <p>Thread: an instance is owned by its caller.
 */
public final class LogRecordSet {
    /** Bytes before the packed payloads. */
    public static final int HEADER_BYTES = 16;

    private static final int VERSION = 0x1000;
    private static final int VERSION_MASK = 0xf000;
    private static final int LENGTH_BYTES = 4;

    private final Compression compression;
    private final List<byte[]> payloads = new ArrayList<>();
    private int bytes;

    /** A set to be filled. */
    public LogRecordSet(Compression compression) {
        this.compression = compression;
    }

    /** Whether a payload of that length still goes into the set. */
    public boolean hasRoomFor(int payloadBytes) {
        int unpacked = bytes + LENGTH_BYTES + payloadBytes;
        return HEADER_BYTES + compression.packedBytesMax(unpacked) <= LogRecord.MAX_LOGRECORD_SIZE;
    }

    /** Adds a payload; {@link IllegalArgumentException} when there is no room for it. */
    public void add(byte[] payload) {
        if (!hasRoomFor(payload.length)) {
            throw new IllegalArgumentException(
                    "record set of " + bytes + " bytes has no room for " + payload.length + " more");
        }
        payloads.add(payload);
        bytes += LENGTH_BYTES + payload.length;
    }

    /** How many payloads there are. */
    public int count() {
        return payloads.size();
    }

    /** The payload of the record that carries the set. */
    public byte[] toPayload() {
        ByteBuffer plain = ByteBuffer.allocate(bytes);
        for (byte[] payload : payloads) {
            plain.putInt(payload.length).put(payload);
        }
        plain.flip();
        ByteBuffer packed = ByteBuffer.allocate(HEADER_BYTES + compression.packedBytesMax(bytes));
        packed.position(HEADER_BYTES);
        compression.pack(plain, packed);
        int length = packed.position();
        packed.putInt(0, VERSION | compression.code())
                .putInt(4, payloads.size())
                .putInt(8, bytes)
                .putInt(12, length - HEADER_BYTES);
        byte[] result = new byte[length];
        packed.flip().get(result);
        return result;
    }

    /** How many payloads a set says it has; its header is checked. */
    public static int count(byte[] set) throws InvalidEntryException {
        if (set.length < HEADER_BYTES) {
            throw new InvalidEntryException("record set of " + set.length + " bytes is shorter than its header");
        }
        ByteBuffer header = ByteBuffer.wrap(set);
        int metadata = header.getInt();
        if ((metadata & VERSION_MASK) != VERSION) {
            throw new InvalidEntryException("unknown record set version in " + Integer.toHexString(metadata));
        }
        int count = header.getInt();
        int unpackedLength = header.getInt();
        int packedLength = header.getInt();
        if (packedLength != set.length - HEADER_BYTES) {
            throw new InvalidEntryException(
                    "record set says " + packedLength + " bytes, there are " + (set.length - HEADER_BYTES));
        }
        if (unpackedLength < 0
                || unpackedLength > Compression.UNPACKED_BYTES_MAX
                || count < 0
                || (long) count * LENGTH_BYTES > unpackedLength) {
            throw new InvalidEntryException("record set says " + count + " records in " + unpackedLength + " bytes");
        }
        return count;
    }

    /** The payloads of a set. */
    public static List<byte[]> read(byte[] set) throws InvalidEntryException {
        int count = count(set);
        ByteBuffer buffer = ByteBuffer.wrap(set);
        Compression compression = Compression.ofFlags(buffer.getInt(0));
        int unpackedLength = buffer.getInt(8);
        buffer.position(HEADER_BYTES);
        ByteBuffer plain = ByteBuffer.wrap(compression.unpack(buffer, unpackedLength));
        List<byte[]> payloads = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = plain.remaining() < LENGTH_BYTES ? -1 : plain.getInt();
            if (length < 0 || length > plain.remaining()) {
                throw new InvalidEntryException("record " + i + " of a record set of " + count + " is cut off");
            }
            byte[] payload = new byte[length];
            plain.get(payload);
            payloads.add(payload);
        }
        if (plain.hasRemaining()) {
            throw new InvalidEntryException(plain.remaining() + " bytes too many in a record set of " + count);
        }
        return payloads;
    }
}
