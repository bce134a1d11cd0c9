package io.dlog.bookie.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;

/** Entries for tests. Thread: immutable. */
final class Entries {
    private Entries() {}

    /** An entry whose payload follows from its ids and the version. */
    static byte[] bytes(long ledgerId, long entryId, long lac, int payloadBytes, int version) {
        byte[] payload = new byte[payloadBytes];
        new Random(ledgerId * 1_000_003 + entryId * 31 + version).nextBytes(payload);
        ByteBuf entry = Unpooled.buffer(32 + payloadBytes);
        entry.writeLong(ledgerId)
                .writeLong(entryId)
                .writeLong(lac)
                .writeLong(payloadBytes)
                .writeBytes(payload);
        return entry.array();
    }

    static byte[] bytes(long ledgerId, long entryId) {
        return bytes(ledgerId, entryId, entryId - 1, 100, 0);
    }

    /** The bytes of a buffer, which is released. */
    static byte[] drain(ByteBuf entry) {
        try {
            byte[] bytes = new byte[entry.readableBytes()];
            entry.readBytes(bytes);
            return bytes;
        } finally {
            entry.release();
        }
    }
}
