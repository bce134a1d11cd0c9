package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over the fields of a protobuf message in a buffer. It checks each length against what is there before anybody
 * allocates, and never moves the buffer's own indices.
 *
 * <pre>
 *   reader.reset(buffer);
 *   for (int tag = reader.nextTag(); tag != 0; tag = reader.nextTag()) {
 *       switch (tag) {
 *           case 1 &lt;&lt; 3: id = reader.varint(); break;
 *           default: reader.skip(tag);
 *       }
 *   }
 * </pre>
 *
 * <p>A tag is {@code field number << 3 | wire type}. Groups, which no message here has, count as malformed.
 *
 * <p>Thread: owned by whoever made it; reusable without allocation. Source: protobuf encoding.
 */
public final class ProtobufReader {
    /** Wire type of integers and enums. */
    public static final int VARINT = 0;
    /** Wire type of eight bytes. */
    public static final int FIXED64 = 1;
    /** Wire type of bytes, strings and messages. */
    public static final int LENGTH_DELIMITED = 2;
    /** Wire type of four bytes. */
    public static final int FIXED32 = 5;

    private static final int VARINT_LENGTH_MAX = 10;

    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int position;
    private int limit;

    /** Reads what is readable in a buffer, which the reader borrows until the next reset. */
    public ProtobufReader reset(ByteBuf buffer) {
        return reset(buffer, buffer.readerIndex(), buffer.readableBytes());
    }

    /** Reads a range of a buffer, which the reader borrows until the next reset. */
    public ProtobufReader reset(ByteBuf buffer, int offset, int length) {
        if (offset < 0 || length < 0 || offset + length > buffer.capacity()) {
            throw new IndexOutOfBoundsException("offset=" + offset + " length=" + length + " in " + buffer);
        }
        in = buffer;
        position = offset;
        limit = offset + length;
        return this;
    }

    /** The next field's tag, {@code 0} at the end of the message. */
    public int nextTag() throws MalformedFrameException {
        if (position == limit) {
            return 0;
        }
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw new MalformedFrameException("protobuf tag out of range: " + tag);
        }
        return (int) tag;
    }

    /** An integer or enum; a negative one fills all 64 bits. */
    public long varint() throws MalformedFrameException {
        long value = 0;
        for (int i = 0; i < VARINT_LENGTH_MAX; i++) {
            if (position == limit) {
                throw new MalformedFrameException("protobuf message ends inside a number");
            }
            byte b = in.getByte(position++);
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedFrameException("protobuf number longer than 10 bytes");
    }

    /** The length of a length-delimited field; its bytes start at {@link #position} and are known to be there. */
    public int length() throws MalformedFrameException {
        long length = varint();
        if (length < 0 || length > limit - position) {
            throw new MalformedFrameException(
                    "protobuf field of " + length + " bytes where " + (limit - position) + " are left");
        }
        return (int) length;
    }

    /** Where the cursor stands in the buffer. */
    public int position() {
        return position;
    }

    /** Moves past {@code length} bytes that {@link #length} has promised. */
    public void advance(int length) {
        if (length < 0 || length > limit - position) {
            throw new IndexOutOfBoundsException("advance by " + length + " where " + (limit - position) + " are left");
        }
        position += length;
    }

    /** A copy of a length-delimited field. */
    public byte[] bytes() throws MalformedFrameException {
        byte[] bytes = new byte[length()];
        in.getBytes(position, bytes);
        position += bytes.length;
        return bytes;
    }

    /** A string field; bytes that are not UTF-8 read as replacement characters. */
    public String string() throws MalformedFrameException {
        int length = length();
        String text = in.toString(position, length, StandardCharsets.UTF_8);
        position += length;
        return text;
    }

    /**
     * Enters a message field: until {@link #leave}, the message ends where the field does.
     *
     * @return what {@link #leave} wants back
     */
    public int enter() throws MalformedFrameException {
        int length = length();
        int outerLimit = limit;
        limit = position + length;
        return outerLimit;
    }

    /** Leaves a message field, whether or not it was read to its end. */
    public void leave(int outerLimit) {
        position = limit;
        limit = outerLimit;
    }

    /** Skips the value of a field whose tag has been read. */
    public void skip(int tag) throws MalformedFrameException {
        switch (tag & 7) {
            case VARINT -> varint();
            case FIXED64 -> skipFixed(8);
            case LENGTH_DELIMITED -> advance(length());
            case FIXED32 -> skipFixed(4);
            default -> throw new MalformedFrameException("protobuf wire type " + (tag & 7));
        }
    }

    private void skipFixed(int length) throws MalformedFrameException {
        if (length > limit - position) {
            throw new MalformedFrameException("protobuf message ends inside a number");
        }
        position += length;
    }
}
