package io.dlog.client;

import io.dlog.ledger.DigestType;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals the entries of one ledger and opens them again.
 *
 * <pre>
 *   ledger 8 | entry 8 | LAC 8 | length 8 | digest 0/4/8/20 | data
 * </pre>
 *
 * <p>Thread: immutable.
 */
final class LedgerDigest {
    private static final int HEADER = 32;

    private final DigestType type;
    private final byte[] macKey;
    private final MasterKey masterKey;

    private LedgerDigest(DigestType type, byte[] password) {
        this.type = type;
        this.macKey = sha1("mac", password);
        this.masterKey = MasterKey.of(sha1("ledger", password));
    }

    static LedgerDigest of(DigestType type, byte[] password) {
        return new LedgerDigest(type, password);
    }

    MasterKey masterKey() {
        return masterKey;
    }

    /** Packs an entry; takes {@code data}. */
    ByteBuf seal(long ledgerId, long entryId, long lac, long length, ByteBuf data) {
        ByteBuf header = Unpooled.buffer(HEADER + type.lengthBytes());
        header.writeLong(ledgerId).writeLong(entryId).writeLong(lac).writeLong(length);
        byte[] digest = digest(header, 0, HEADER, data);
        header.writeBytes(digest);
        return Unpooled.wrappedBuffer(2, header, data);
    }

    /**
     * Opens an entry and takes {@code packet}; null when the digest or the ids don't match.
     *
     * @param entryId expected entry, or -1 for any
     */
    @Nullable
    LedgerEntry open(long ledgerId, long entryId, ByteBuf packet) {
        int start = packet.readerIndex();
        int prefix = HEADER + type.lengthBytes();
        if (packet.readableBytes() >= prefix
                && packet.getLong(start) == ledgerId
                && packet.getLong(start + 8) >= 0
                && (entryId == -1 || packet.getLong(start + 8) == entryId)) {
            ByteBuf data = packet.slice(start + prefix, packet.readableBytes() - prefix);
            byte[] found = new byte[type.lengthBytes()];
            packet.getBytes(start + HEADER, found);
            if (MessageDigest.isEqual(found, digest(packet, start, HEADER, data))) {
                return new LedgerEntry(
                        ledgerId,
                        packet.getLong(start + 8),
                        packet.getLong(start + 16),
                        packet.getLong(start + 24),
                        data);
            }
        }
        packet.release();
        return null;
    }

    /** LAC of an explicit-LAC packet, {@link Long#MIN_VALUE} when the digest doesn't match; borrows {@code packet}. */
    long openLac(long ledgerId, ByteBuf packet) {
        int start = packet.readerIndex();
        if (packet.readableBytes() != 16 + type.lengthBytes() || packet.getLong(start) != ledgerId) {
            return Long.MIN_VALUE;
        }
        byte[] found = new byte[type.lengthBytes()];
        packet.getBytes(start + 16, found);
        return MessageDigest.isEqual(found, digest(packet, start, 16, Unpooled.EMPTY_BUFFER))
                ? packet.getLong(start + 8)
                : Long.MIN_VALUE;
    }

    private byte[] digest(ByteBuf head, int start, int length, ByteBuf data) {
        switch (type) {
            case CRC32:
                return ByteBuffer.allocate(8)
                        .putLong(crc(new CRC32(), head, start, length, data))
                        .array();
            case CRC32C:
                return ByteBuffer.allocate(4)
                        .putInt((int) crc(new CRC32C(), head, start, length, data))
                        .array();
            case MAC:
                try {
                    Mac mac = Mac.getInstance("HmacSHA1");
                    mac.init(new SecretKeySpec(macKey, "HmacSHA1"));
                    mac.update(head.nioBuffer(start, length));
                    for (ByteBuffer part : data.nioBuffers()) {
                        mac.update(part);
                    }
                    return mac.doFinal();
                } catch (GeneralSecurityException e) {
                    throw new AssertionError("every JVM has HmacSHA1", e);
                }
            case DUMMY:
                return new byte[0];
        }
        throw new AssertionError(type);
    }

    private static long crc(Checksum sum, ByteBuf head, int start, int length, ByteBuf data) {
        sum.update(head.nioBuffer(start, length));
        for (ByteBuffer part : data.nioBuffers()) {
            sum.update(part);
        }
        return sum.getValue();
    }

    private static byte[] sha1(String salt, byte[] password) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-1");
            sha.update(salt.getBytes(StandardCharsets.UTF_8));
            return sha.digest(password);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JVM has SHA-1", e);
        }
    }
}
