package io.dlog.protocol;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a bookie compares before it lets a client add to a ledger or fence it: SHA-1 of "ledger" and the password.
 *
 * <p>Thread: immutable.
 */
public final class MasterKey {
    /** Length in bytes. */
    public static final int LENGTH = 20;

    private final byte[] bytes;

    private MasterKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A key of exactly these bytes; v3 clients may send any number of them. */
    public static MasterKey of(byte[] bytes) {
        return new MasterKey(bytes.clone());
    }

    /** A copy of the key. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Length in bytes, normally {@link #LENGTH}. */
    public int length() {
        return bytes.length;
    }

    /** One byte of the key. */
    public byte byteAt(int index) {
        return bytes[index];
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof MasterKey k && Arrays.equals(bytes, k.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "MasterKey[" + HexFormat.of().formatHex(bytes, 0, Math.min(4, bytes.length)) + "..]";
    }
}
