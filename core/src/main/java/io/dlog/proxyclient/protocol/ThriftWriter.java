package io.dlog.proxyclient.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Appends values in Thrift's binary protocol.
 *
 * <pre>
 *   field       | type 1 | id i16 | value |      struct = fields, then 00
 *   string      | length i32 | bytes |           binary the same
 *   list, set   | element type 1 | count i32 | elements |
 *   map         | key type 1 | value type 1 | count i32 | key, value, ... |
 * </pre>
 *
 * <p>Integers are big endian. Thread: owned by its caller. Source: Apache Thrift, "Thrift Binary protocol encoding".
 */
final class ThriftWriter {
    private byte[] bytes;
    private int length;

    ThriftWriter(int expectedBytes) {
        this.bytes = new byte[expectedBytes];
    }

    ThriftWriter i8(int value) {
        grow(1);
        bytes[length++] = (byte) value;
        return this;
    }

    ThriftWriter i16(int value) {
        return i8(value >>> 8).i8(value);
    }

    ThriftWriter i32(int value) {
        return i16(value >>> 16).i16(value);
    }

    ThriftWriter i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    ThriftWriter bool(boolean value) {
        return i8(value ? 1 : 0);
    }

    ThriftWriter binary(byte[] value) {
        i32(value.length);
        grow(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** The bytes from position to limit, which stay where they are. */
    ThriftWriter binary(ByteBuffer value) {
        int count = value.remaining();
        i32(count);
        grow(count);
        value.get(value.position(), bytes, length, count);
        length += count;
        return this;
    }

    ThriftWriter string(String value) {
        return binary(value.getBytes(StandardCharsets.UTF_8));
    }

    /** The head of a field; its value follows. */
    ThriftWriter field(byte type, int id) {
        return i8(type).i16(id);
    }

    /** The end of a struct. */
    ThriftWriter stop() {
        return i8(ThriftType.STOP);
    }

    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void grow(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, count)));
        }
    }
}
