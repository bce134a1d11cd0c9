package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The master key a connection presented last: the next request nearly always presents the same, and needs no new object.
 *
 * <p>Thread: owned by the connection's event loop.
 */
final class LastMasterKey {
    /** Longer ones are nobody's real key and not worth the memory for the life of a connection. */
    private static final int KEPT_LENGTH_MAX = 64;

    private @Nullable MasterKey last;

    /** The key of these bytes. */
    MasterKey read(ByteBuf in, int offset, int length) {
        MasterKey known = last;
        if (known != null && known.equals(in, offset, length)) {
            return known;
        }
        byte[] bytes = new byte[length];
        in.getBytes(offset, bytes);
        MasterKey key = MasterKey.of(bytes);
        if (length <= KEPT_LENGTH_MAX) {
            last = key;
        }
        return key;
    }
}
