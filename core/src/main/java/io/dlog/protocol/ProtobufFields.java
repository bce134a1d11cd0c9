package io.dlog.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Where the fields of one small protobuf message lie in a buffer: a table that is filled anew for each message, so that
 * parsing makes no objects.
 *
 * <p>Knows fields 1–15 and 100–115, enough for the bookie protocol; others are skipped. Of a field that occurs twice
 * the last one counts. A field of an unexpected wire type counts as unknown, as protobuf demands.
 *
 * <p>Thread: owned by the connection's event loop.
 */
final class ProtobufFields {
    private static final int HIGH_FIRST = 100;
    private static final int LOW_COUNT = 16;
    private static final int SLOTS = 2 * LOW_COUNT;

    private final ProtobufReader reader = new ProtobufReader();
    private final long[] numbers = new long[SLOTS];
    private final int[] offsets = new int[SLOTS];
    private final int[] lengths = new int[SLOTS];
    private int numbersSeen;
    private int rangesSeen;

    /** Fills the table from a range of a buffer. */
    void parse(ByteBuf in, int offset, int length) throws MalformedFrameException {
        numbersSeen = 0;
        rangesSeen = 0;
        reader.reset(in, offset, length);
        for (int tag = reader.nextTag(); tag != 0; tag = reader.nextTag()) {
            int slot = slot(tag >>> 3);
            int wireType = tag & 7;
            if (slot >= 0 && wireType == ProtobufReader.VARINT) {
                numbers[slot] = reader.varint();
                numbersSeen |= 1 << slot;
            } else if (slot >= 0 && wireType == ProtobufReader.LENGTH_DELIMITED) {
                lengths[slot] = reader.length();
                offsets[slot] = reader.position();
                reader.advance(lengths[slot]);
                rangesSeen |= 1 << slot;
            } else {
                reader.skip(tag);
            }
        }
    }

    boolean hasNumber(int field) {
        return (numbersSeen & 1 << slot(field)) != 0;
    }

    boolean hasBytes(int field) {
        return (rangesSeen & 1 << slot(field)) != 0;
    }

    /** An integer field that must be there. */
    long number(int field) throws MalformedFrameException {
        if (!hasNumber(field)) {
            throw new MalformedFrameException("protobuf field " + field + " is missing");
        }
        return numbers[slot(field)];
    }

    /** An integer field that may be absent. */
    long numberOr(int field, long absent) {
        return hasNumber(field) ? numbers[slot(field)] : absent;
    }

    /** Length of a length-delimited field that must be there. */
    int length(int field) throws MalformedFrameException {
        if (!hasBytes(field)) {
            throw new MalformedFrameException("protobuf field " + field + " is missing");
        }
        return lengths[slot(field)];
    }

    /** Offset in the buffer of a length-delimited field that must be there. */
    int offset(int field) throws MalformedFrameException {
        if (!hasBytes(field)) {
            throw new MalformedFrameException("protobuf field " + field + " is missing");
        }
        return offsets[slot(field)];
    }

    private static int slot(int field) {
        if (field < LOW_COUNT) {
            return field;
        }
        int high = field - HIGH_FIRST;
        return high >= 0 && high < LOW_COUNT ? LOW_COUNT + high : -1;
    }
}
