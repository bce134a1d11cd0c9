package io.dlog.proxyclient.protocol;

import io.dlog.log.record.DLSN;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The CRC-32 that a client sends so that a proxy can tell a damaged request.
 *
 * <pre>
 *   write              stream (UTF-8), payload
 *   truncate           stream, the 25 bytes of the DLSN
 *   others             stream
 *   bulk write         none
 * </pre>
 *
 * <p>Thread: safe, because it keeps nothing.
 */
public final class RequestChecksum {
    private RequestChecksum() {}

    public static long ofStream(String stream) {
        return start(stream).getValue();
    }

    /** The payload's position does not move. */
    public static long ofWrite(String stream, ByteBuffer payload) {
        CRC32 crc = start(stream);
        crc.update(payload.duplicate());
        return crc.getValue();
    }

    public static long ofTruncate(String stream, DLSN dlsn) {
        CRC32 crc = start(stream);
        crc.update(dlsn.serializeBytes());
        return crc.getValue();
    }

    private static CRC32 start(String stream) {
        CRC32 crc = new CRC32();
        crc.update(stream.getBytes(StandardCharsets.UTF_8));
        return crc;
    }
}
