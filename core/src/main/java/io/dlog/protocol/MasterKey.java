package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

    private static final byte[] PURPOSE = "ledger".getBytes(StandardCharsets.US_ASCII);

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

    /** The key that a password gives: SHA-1 of "ledger" and the password. */
    public static MasterKey ofPassword(byte[] password) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(PURPOSE);
            return new MasterKey(sha1.digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    /** Whether the key is exactly these bytes of a buffer. */
    boolean equals(ByteBuf in, int offset, int length) {
        if (length != bytes.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (in.getByte(offset + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /** Appends the key to a buffer. */
    void writeTo(ByteBuf out) {
        out.writeBytes(bytes);
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
