package io.dlog.bookie.index;

import java.nio.ByteBuffer;

/** Unsigned LEB128: seven bits a byte, lowest first, the top bit set on all but the last. Thread: immutable. */
final class Varint {
    static final int BYTES_MAX = 10;

    private Varint() {}

    static void put(ByteBuffer target, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    static long get(ByteBuffer source) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = source.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("varint longer than 64 bits");
    }
}
