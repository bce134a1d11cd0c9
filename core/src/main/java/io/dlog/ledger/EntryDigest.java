package io.dlog.ledger;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Packs entries for bookies and checks what bookies send back.
 *
 * <pre>
 *   entry        header 32, see {@link EntryHeader} | digest 0/4/8/20 over header and data | data
 *   LAC packet   ledger id 8 | last add confirmed 8 | digest over these 16 bytes
 *
 *   CRC32        8 bytes, the upper 4 zero          CRC32C     4 bytes
 *   MAC         20 bytes, HMAC-SHA1 keyed with      DUMMY      none
 *                SHA-1 of "mac" and the password
 * </pre>
 *
 * <p>Big-endian. Works on buffers of any make, composite ones included, and leaves their indices alone. The checksums
 * allocate nothing per entry.
 *
 * <p>Thread: safe, because checksum state is per thread and the MAC is guarded. Source: BookKeeper entry format.
 */
public final class EntryDigest {
    /** How a check went. */
    public enum Check {
        OK,
        /** Shorter than header and digest. */
        TOO_SHORT,
        /** Another ledger's. */
        WRONG_LEDGER,
        /** Another entry of the ledger. */
        WRONG_ENTRY,
        /** Changed since the client packed it, or packed with another password or digest type. */
        DIGEST_MISMATCH
    }

    /** Length of a LAC packet before its digest. */
    public static final int LAC_HEADER_LENGTH = 16;

    /** Up to this size data is copied behind the header: cheaper than a composite buffer. */
    private static final int COPIED_DATA_BYTES_MAX = 4096;

    private static final byte[] MAC_PURPOSE = "mac".getBytes(StandardCharsets.US_ASCII);
    private static final FastThreadLocal<Scratch> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch();
        }
    };

    private final DigestType type;
    private final Object macLock = new Object();

    @GuardedBy("macLock")
    private final @Nullable Mac mac;

    private EntryDigest(DigestType type, @Nullable Mac mac) {
        this.type = type;
        this.mac = mac;
    }

    /**
     * The digest of a ledger.
     *
     * @param password the ledger's; only {@link DigestType#MAC} uses it
     */
    public static EntryDigest of(DigestType type, byte[] password) {
        return new EntryDigest(type, type == DigestType.MAC ? mac(password) : null);
    }

    private static Mac mac(byte[] password) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(MAC_PURPOSE);
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(sha1.digest(password), "HmacSHA1"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has SHA-1 and HmacSHA1", e);
        }
    }

    /** How entries of this ledger are checked. */
    public DigestType type() {
        return type;
    }

    /** Bytes in an entry before its data. */
    public int overheadBytes() {
        return EntryHeader.LENGTH + type.lengthBytes();
    }

    /**
     * Packs an entry.
     *
     * @param lastAddConfirmed the writer's when it sends this entry, {@code -1} for none
     * @param ledgerLength data bytes of the ledger up to and including this entry
     * @param data taken; part of the result without a copy when it is large, so nobody may change its bytes any more
     * @return the stored form, owned by the caller
     */
    public ByteBuf pack(
            ByteBufAllocator allocator,
            long ledgerId,
            long entryId,
            long lastAddConfirmed,
            long ledgerLength,
            ByteBuf data) {
        int dataLength = data.readableBytes();
        boolean isCopied = dataLength <= COPIED_DATA_BYTES_MAX;
        ByteBuf head = allocator.ioBuffer(overheadBytes() + (isCopied ? dataLength : 0));
        head.writeLong(ledgerId);
        head.writeLong(entryId);
        head.writeLong(lastAddConfirmed);
        head.writeLong(ledgerLength);
        writeDigest(head, data, data.readerIndex(), dataLength);
        if (isCopied) {
            head.writeBytes(data, data.readerIndex(), dataLength);
            data.release();
            return head;
        }
        CompositeByteBuf entry = allocator.compositeBuffer(2);
        entry.addComponent(true, head);
        entry.addComponent(true, data);
        return entry;
    }

    /** Packs an explicit LAC; the caller owns the result. */
    public ByteBuf packLac(ByteBufAllocator allocator, long ledgerId, long lastAddConfirmed) {
        ByteBuf packet = allocator.ioBuffer(LAC_HEADER_LENGTH + type.lengthBytes());
        packet.writeLong(ledgerId);
        packet.writeLong(lastAddConfirmed);
        writeDigest(packet, packet, 0, 0);
        return packet;
    }

    /** Checks that these bytes are that entry. Borrows the buffer. */
    public Check check(ByteBuf entry, long ledgerId, long entryId) {
        Check check = checkAnyEntry(entry, ledgerId);
        return check == Check.OK && EntryHeader.entryId(entry) != entryId ? Check.WRONG_ENTRY : check;
    }

    /** Checks that these bytes are some entry of a ledger, as an answer to a LAC read is. Borrows the buffer. */
    public Check checkAnyEntry(ByteBuf entry, long ledgerId) {
        if (entry.readableBytes() < overheadBytes()) {
            return Check.TOO_SHORT;
        }
        if (!matches(entry, EntryHeader.LENGTH)) {
            return Check.DIGEST_MISMATCH;
        }
        return EntryHeader.ledgerId(entry) == ledgerId ? Check.OK : Check.WRONG_LEDGER;
    }

    /** Checks a LAC packet of a ledger. Borrows the buffer. */
    public Check checkLac(ByteBuf packet, long ledgerId) {
        if (packet.readableBytes() != LAC_HEADER_LENGTH + type.lengthBytes()) {
            return Check.TOO_SHORT;
        }
        if (!matches(packet, LAC_HEADER_LENGTH)) {
            return Check.DIGEST_MISMATCH;
        }
        return packet.getLong(packet.readerIndex()) == ledgerId ? Check.OK : Check.WRONG_LEDGER;
    }

    /** The last add confirmed in a LAC packet that {@link #checkLac} found sound. */
    public static long lastAddConfirmedOf(ByteBuf lacPacket) {
        return lacPacket.getLong(lacPacket.readerIndex() + 8);
    }

    /** The data of an entry that {@link #check} found sound: a slice that shares the entry's one reference. */
    public ByteBuf data(ByteBuf entry) {
        int overhead = overheadBytes();
        return entry.slice(entry.readerIndex() + overhead, entry.readableBytes() - overhead);
    }

    private void writeDigest(ByteBuf head, ByteBuf data, int dataOffset, int dataLength) {
        int headLength = head.writerIndex();
        switch (type) {
            case CRC32 ->
                head.writeLong(checksum(SCRATCH.get().crc32, head, 0, headLength, data, dataOffset, dataLength));
            case CRC32C ->
                head.writeInt((int) checksum(SCRATCH.get().crc32c, head, 0, headLength, data, dataOffset, dataLength));
            case MAC -> {
                Scratch scratch = SCRATCH.get();
                computeMac(scratch, head, 0, headLength, data, dataOffset, dataLength);
                head.writeBytes(scratch.digest);
            }
            case DUMMY -> {}
        }
    }

    private boolean matches(ByteBuf packed, int headLength) {
        int start = packed.readerIndex();
        int digest = start + headLength;
        int data = digest + type.lengthBytes();
        int dataLength = packed.writerIndex() - data;
        return switch (type) {
            case CRC32 ->
                packed.getLong(digest)
                        == checksum(SCRATCH.get().crc32, packed, start, headLength, packed, data, dataLength);
            case CRC32C ->
                packed.getInt(digest)
                        == (int) checksum(SCRATCH.get().crc32c, packed, start, headLength, packed, data, dataLength);
            case MAC -> {
                Scratch scratch = SCRATCH.get();
                computeMac(scratch, packed, start, headLength, packed, data, dataLength);
                packed.getBytes(digest, scratch.received);
                yield MessageDigest.isEqual(scratch.digest, scratch.received);
            }
            case DUMMY -> true;
        };
    }

    private static long checksum(
            Checksum sum, ByteBuf head, int headOffset, int headLength, ByteBuf data, int dataOffset, int dataLength) {
        sum.reset();
        update(sum, head, headOffset, headLength);
        update(sum, data, dataOffset, dataLength);
        return sum.getValue();
    }

    /**
     * Small ranges, and buffers in several pieces, go through the thread's scratch array: a copy in cache, but no object.
     * A buffer's internal NIO view must not be used instead, because slices share it and their users run on many threads.
     */
    private static void update(Checksum sum, ByteBuf in, int offset, int length) {
        if (in.hasArray()) {
            sum.update(in.array(), in.arrayOffset() + offset, length);
            return;
        }
        byte[] chunk = SCRATCH.get().chunk;
        if (length > chunk.length && in.nioBufferCount() == 1) {
            sum.update(in.nioBuffer(offset, length));
            return;
        }
        for (int done = 0; done < length; ) {
            int size = Math.min(chunk.length, length - done);
            in.getBytes(offset + done, chunk, 0, size);
            sum.update(chunk, 0, size);
            done += size;
        }
    }

    private void computeMac(
            Scratch scratch,
            ByteBuf head,
            int headOffset,
            int headLength,
            ByteBuf data,
            int dataOffset,
            int dataLength) {
        synchronized (macLock) {
            Mac keyed = mac;
            if (keyed == null) {
                throw new AssertionError("no MAC in a digest of type " + type);
            }
            keyed.reset();
            update(keyed, scratch, head, headOffset, headLength);
            update(keyed, scratch, data, dataOffset, dataLength);
            try {
                keyed.doFinal(scratch.digest, 0);
            } catch (ShortBufferException e) {
                throw new AssertionError("HmacSHA1 longer than " + scratch.digest.length + " bytes", e);
            }
        }
    }

    private static void update(Mac mac, Scratch scratch, ByteBuf in, int offset, int length) {
        byte[] chunk = scratch.chunk;
        for (int done = 0; done < length; ) {
            int size = Math.min(chunk.length, length - done);
            in.getBytes(offset + done, chunk, 0, size);
            mac.update(chunk, 0, size);
            done += size;
        }
    }

    /** What one thread computes digests with. Thread: owned by that thread. */
    private static final class Scratch {
        final CRC32 crc32 = new CRC32();
        final CRC32C crc32c = new CRC32C();
        final byte[] chunk = new byte[4096];
        final byte[] digest = new byte[20];
        final byte[] received = new byte[20];
    }
}
