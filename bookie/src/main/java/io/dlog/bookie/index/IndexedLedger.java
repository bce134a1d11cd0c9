package io.dlog.bookie.index;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What an index keeps about a ledger.
 *
 * <pre>
 * value  1  version, 1
 *        1  flags: 1 fenced, 2 has a master key, 4 has an explicit LAC
 *        8  known LAC
 *        4 length, master key        when flag 2
 *        4 length, explicit LAC      when flag 4
 * </pre>
 *
 * <p>The ledger lies in the directory whose index has a row for it. Thread: immutable; nobody changes the arrays.
 *
 * @param masterKey the key's bytes
 */
public record IndexedLedger(
        boolean isFenced, long lastAddConfirmed, byte @Nullable [] masterKey, byte @Nullable [] explicitLac) {
    private static final byte VERSION = 1;
    private static final int FENCED = 1;
    private static final int HAS_KEY = 2;
    private static final int HAS_EXPLICIT_LAC = 4;

    byte[] toBytes() {
        int bytes = 10
                + (masterKey == null ? 0 : Integer.BYTES + masterKey.length)
                + (explicitLac == null ? 0 : Integer.BYTES + explicitLac.length);
        ByteBuffer out = ByteBuffer.allocate(bytes);
        out.put(VERSION);
        out.put((byte) ((isFenced ? FENCED : 0)
                | (masterKey == null ? 0 : HAS_KEY)
                | (explicitLac == null ? 0 : HAS_EXPLICIT_LAC)));
        out.putLong(lastAddConfirmed);
        if (masterKey != null) {
            out.putInt(masterKey.length).put(masterKey);
        }
        if (explicitLac != null) {
            out.putInt(explicitLac.length).put(explicitLac);
        }
        return out.array();
    }

    static IndexedLedger fromBytes(long ledgerId, byte[] value) throws IOException {
        try {
            ByteBuffer in = ByteBuffer.wrap(value);
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException("ledger row of an unknown version ledger=" + ledgerId + " version=" + version);
            }
            int flags = in.get();
            long lac = in.getLong();
            byte[] key = (flags & HAS_KEY) != 0 ? bytes(in) : null;
            byte[] explicitLac = (flags & HAS_EXPLICIT_LAC) != 0 ? bytes(in) : null;
            return new IndexedLedger((flags & FENCED) != 0, lac, key, explicitLac);
        } catch (BufferUnderflowException e) {
            throw new IOException("ledger row damaged ledger=" + ledgerId, e);
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
