package io.dlog.proxyclient.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Takes values of Thrift's binary protocol from bytes that nobody vouches for: a length or count larger than what is left
 * is refused before anything is allocated for it, and nesting has a bound.
 *
 * <p>Thread: owned by its caller. Format: {@link ThriftWriter}.
 */
final class ThriftReader {
    /** Structs in structs that are skipped at most; no message of ours goes deeper than three. */
    static final int NESTING_MAX = 16;

    private final ByteBuffer buffer;
    private byte fieldType;
    private short fieldId;

    ThriftReader(byte[] bytes) {
        this.buffer = ByteBuffer.wrap(bytes);
    }

    byte i8() throws MalformedMessageException {
        need(1);
        return buffer.get();
    }

    short i16() throws MalformedMessageException {
        need(2);
        return buffer.getShort();
    }

    int i32() throws MalformedMessageException {
        need(4);
        return buffer.getInt();
    }

    long i64() throws MalformedMessageException {
        need(8);
        return buffer.getLong();
    }

    boolean bool() throws MalformedMessageException {
        return i8() != 0;
    }

    byte[] binary() throws MalformedMessageException {
        byte[] value = new byte[length()];
        buffer.get(value);
        return value;
    }

    String string() throws MalformedMessageException {
        int length = length();
        String value = new String(buffer.array(), buffer.position(), length, StandardCharsets.UTF_8);
        buffer.position(buffer.position() + length);
        return value;
    }

    /** A string's or binary's length, which what is left can hold. */
    private int length() throws MalformedMessageException {
        int length = i32();
        if (length < 0 || length > buffer.remaining()) {
            throw new MalformedMessageException("length " + length + " but " + buffer.remaining() + " bytes left");
        }
        return length;
    }

    /** The count of a list or set of {@code elementType}, each element at least {@code elementBytesMin} long. */
    int count(byte elementType, int elementBytesMin) throws MalformedMessageException {
        byte type = i8();
        int count = i32();
        if (count < 0 || (long) count * elementBytesMin > buffer.remaining()) {
            throw new MalformedMessageException("count " + count + " but " + buffer.remaining() + " bytes left");
        }
        if (type != elementType && count > 0) {
            throw new MalformedMessageException("element type " + type + ", expected " + elementType);
        }
        return count;
    }

    /** The count of a map from strings to strings. */
    int stringMapCount() throws MalformedMessageException {
        byte keyType = i8();
        byte valueType = i8();
        int count = i32();
        if (count < 0 || (long) count * 8 > buffer.remaining()) {
            throw new MalformedMessageException("count " + count + " but " + buffer.remaining() + " bytes left");
        }
        if (count > 0 && (keyType != ThriftType.STRING || valueType != ThriftType.STRING)) {
            throw new MalformedMessageException("map of types " + keyType + ", " + valueType);
        }
        return count;
    }

    /** Goes to the next field of a struct; false at its end. */
    boolean nextField() throws MalformedMessageException {
        fieldType = i8();
        if (fieldType == ThriftType.STOP) {
            return false;
        }
        fieldId = i16();
        return true;
    }

    /** Whether the field just met is this one; a field of that id and another type is not. */
    boolean isField(int id, byte type) {
        return fieldId == id && fieldType == type;
    }

    /** Passes over the field just met. */
    void skipField() throws MalformedMessageException {
        skip(fieldType, 0);
    }

    private void skip(byte type, int depth) throws MalformedMessageException {
        if (depth > NESTING_MAX) {
            throw new MalformedMessageException("nested deeper than " + NESTING_MAX);
        }
        switch (type) {
            case ThriftType.BOOL, ThriftType.BYTE -> skipBytes(1);
            case ThriftType.I16 -> skipBytes(2);
            case ThriftType.I32 -> skipBytes(4);
            case ThriftType.I64, ThriftType.DOUBLE -> skipBytes(8);
            case ThriftType.STRING -> skipBytes(length());
            case ThriftType.STRUCT -> {
                for (byte field = i8(); field != ThriftType.STOP; field = i8()) {
                    skipBytes(2);
                    skip(field, depth + 1);
                }
            }
            case ThriftType.LIST, ThriftType.SET -> {
                byte element = i8();
                int count = elementCount();
                for (int i = 0; i < count; i++) {
                    skip(element, depth + 1);
                }
            }
            case ThriftType.MAP -> {
                byte key = i8();
                byte value = i8();
                int count = elementCount();
                for (int i = 0; i < count; i++) {
                    skip(key, depth + 1);
                    skip(value, depth + 1);
                }
            }
            default -> throw new MalformedMessageException("unknown type " + type);
        }
    }

    /** Every element that is skipped takes at least a byte, so that the loop ends with the bytes. */
    private int elementCount() throws MalformedMessageException {
        int count = i32();
        if (count < 0 || count > buffer.remaining()) {
            throw new MalformedMessageException("count " + count + " but " + buffer.remaining() + " bytes left");
        }
        return count;
    }

    private void skipBytes(int count) throws MalformedMessageException {
        need(count);
        buffer.position(buffer.position() + count);
    }

    private void need(int count) throws MalformedMessageException {
        if (buffer.remaining() < count) {
            throw new MalformedMessageException(count + " bytes wanted, " + buffer.remaining() + " left");
        }
    }
}
