package io.dlog.ledger;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The little of protobuf's binary form that metadata needs: varints and length-delimited fields.
 *
 * <pre>
 *   | tag = (field number << 3) | wire type, varint | 0: varint          |
 *   |                                               | 2: length, bytes   |
 * </pre>
 *
 * <p>A varint has 7 bits a byte, lowest first, the top bit says that more follow; a negative number takes ten bytes. Other
 * wire types (1: 8 bytes, 5: 4 bytes) are skipped. Source: protobuf encoding specification.
 */
public final class ProtobufFields {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int VARINT_BYTES_MAX = 10;

    private ProtobufFields() {}

    /** Collects fields in the order in which they are put. Thread: owned by the caller. */
    public static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /** Appends a varint field. */
        public Writer number(int field, long value) {
            varint(((long) field << 3) | VARINT);
            return varint(value);
        }

        /** Appends a length-delimited field: bytes or an embedded message. */
        public Writer bytes(int field, byte[] value) {
            varint(((long) field << 3) | BYTES);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        /** Appends a string field. */
        public Writer text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        /** Appends a bare varint, such as the length before a delimited message. */
        public Writer varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        /** What was put so far. */
        public byte[] toByteArray() {
            return out.toByteArray();
        }
    }

    /**
     * Walks over the fields of a message: {@code while (reader.next()) switch (reader.field()) ...}. Malformed input is an
     * {@link IllegalArgumentException}. Thread: owned by the caller.
     */
    public static final class Reader {
        private final byte[] input;
        private final int end;
        private int position;
        private int field;
        private int wireType;
        private long number;
        private int start;
        private int length;

        public Reader(byte[] input) {
            this(input, 0, input.length);
        }

        /** Reads {@code length} bytes from {@code offset} on. */
        public Reader(byte[] input, int offset, int length) {
            if (offset < 0 || length < 0 || length > input.length - offset) {
                throw new IllegalArgumentException(
                        "message of " + length + " bytes at " + offset + " of " + input.length);
            }
            this.input = input;
            this.position = offset;
            this.end = offset + length;
        }

        /** Reads a message that stands behind its length, which must fill the input. */
        public static Reader delimited(byte[] input, int offset) {
            Reader lengthReader = new Reader(input, offset, input.length - offset);
            long length = lengthReader.varint();
            if (length != input.length - lengthReader.position) {
                throw new IllegalArgumentException(
                        "message of " + length + " bytes in " + (input.length - lengthReader.position));
            }
            return new Reader(input, lengthReader.position, (int) length);
        }

        /** Moves to the next field, over fields of types that nobody here reads. */
        public boolean next() {
            while (position < end) {
                long tag = varint();
                if (tag >>> 3 == 0 || tag >>> 3 > 0x1FFFFFFF) {
                    throw new IllegalArgumentException("field number " + (tag >>> 3));
                }
                field = (int) (tag >>> 3);
                wireType = (int) (tag & 7);
                switch (wireType) {
                    case VARINT -> {
                        number = varint();
                        return true;
                    }
                    case BYTES -> {
                        long announced = varint();
                        if (announced < 0 || announced > end - position) {
                            throw new IllegalArgumentException(
                                    "field " + field + " of " + announced + " bytes in " + (end - position));
                        }
                        start = position;
                        length = (int) announced;
                        position += length;
                        return true;
                    }
                    case FIXED64 -> skip(8);
                    case FIXED32 -> skip(4);
                    default -> throw new IllegalArgumentException("wire type " + wireType + " of field " + field);
                }
            }
            return false;
        }

        /** Number of the field that {@link #next} moved to. */
        public int field() {
            return field;
        }

        /** Value of a varint field. */
        public long number() {
            expect(VARINT);
            return number;
        }

        /** Value of a varint field that must fit 32 bits. */
        public int int32() {
            if (number() != (int) number) {
                throw new IllegalArgumentException("field " + field + " is " + number);
            }
            return (int) number;
        }

        /** Value of a length-delimited field. */
        public byte[] bytes() {
            expect(BYTES);
            return Arrays.copyOfRange(input, start, start + length);
        }

        /** Value of a string field. */
        public String text() {
            expect(BYTES);
            return new String(input, start, length, StandardCharsets.UTF_8);
        }

        /** Fields of an embedded message. */
        public Reader message() {
            expect(BYTES);
            return new Reader(input, start, length);
        }

        private void expect(int expected) {
            if (wireType != expected) {
                throw new IllegalArgumentException("wire type " + wireType + " of field " + field);
            }
        }

        private void skip(int bytes) {
            if (bytes > end - position) {
                throw new IllegalArgumentException("truncated in field " + field);
            }
            position += bytes;
        }

        private long varint() {
            long value = 0;
            for (int i = 0; i < VARINT_BYTES_MAX; i++) {
                if (position >= end) {
                    throw new IllegalArgumentException("truncated varint");
                }
                byte b = input[position++];
                value |= (long) (b & 0x7F) << (7 * i);
                if (b >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("varint longer than " + VARINT_BYTES_MAX + " bytes");
        }
    }
}
