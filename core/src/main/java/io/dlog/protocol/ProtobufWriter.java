package io.dlog.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Writes protobuf fields into a buffer, and says beforehand how many bytes they take: a message's length stands before
 * it, so sizes are computed first and nothing is written twice.
 *
 * <p>Thread: no state. Source: protobuf encoding.
 */
public final class ProtobufWriter {
    private ProtobufWriter() {}

    /** Bytes of a number; 10 for negative ones. */
    public static int varintSize(long value) {
        // 7 payload bits a byte; 64 - numberOfLeadingZeros bits, at least one.
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Bytes of an integer field with its tag. */
    public static int varintFieldSize(int field, long value) {
        return varintSize((long) field << 3) + varintSize(value);
    }

    /** Bytes of a length-delimited field of that content length, with tag and length. */
    public static int bytesFieldSize(int field, int contentLength) {
        return varintSize((long) field << 3) + varintSize(contentLength) + contentLength;
    }

    /** Appends a number. */
    public static void writeVarint(ByteBuf out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /** Appends an integer or enum field. */
    public static void writeVarintField(ByteBuf out, int field, long value) {
        writeVarint(out, (long) field << 3 | ProtobufReader.VARINT);
        writeVarint(out, value);
    }

    /** Appends tag and length of a length-delimited field; the content is the caller's to append. */
    public static void writeBytesHeader(ByteBuf out, int field, int contentLength) {
        writeVarint(out, (long) field << 3 | ProtobufReader.LENGTH_DELIMITED);
        writeVarint(out, contentLength);
    }

    /** Appends a length-delimited field. */
    public static void writeBytesField(ByteBuf out, int field, byte[] content) {
        writeBytesHeader(out, field, content.length);
        out.writeBytes(content);
    }
}
