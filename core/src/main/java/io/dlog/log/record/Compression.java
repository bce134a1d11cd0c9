package io.dlog.log.record;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * How the records of an entry, or of a record set, are packed. What is configured is what is written, even where the
 * packed form is the larger one; readers take either form whatever is configured.
 *
 * <p>Thread: immutable.
 */
public enum Compression {
    /** As they are. */
    NONE(0),
    /** LZ4 block format, fast compressor. */
    LZ4(1);

    /** Nothing that is unpacked is longer than this; checked before memory is allocated. */
    public static final int UNPACKED_BYTES_MAX = 1024 * 1024;

    /** The bits of a flags field that hold the code. */
    static final int CODE_MASK = 0x3;

    /** An LZ4 block unpacks to less than this many times its length: each byte of a run length adds at most 255. */
    private static final int LZ4_RATIO_MAX = 255;

    private final int code;

    Compression(int code) {
        this.code = code;
    }

    /** The number in the flags field. */
    int code() {
        return code;
    }

    static Compression ofFlags(int flags) throws InvalidEntryException {
        return switch (flags & CODE_MASK) {
            case 0 -> NONE;
            case 1 -> LZ4;
            default -> throw new InvalidEntryException("unknown compression in flags " + flags);
        };
    }

    /** The most bytes that {@code length} bytes may take when packed. */
    int packedBytesMax(int length) {
        return this == NONE ? length : Lz4.FACTORY.fastCompressor().maxCompressedLength(length);
    }

    /** Packs what remains of {@code source} into {@code target} from its position on; moves both positions. */
    void pack(ByteBuffer source, ByteBuffer target) {
        if (this == NONE) {
            target.put(source);
        } else {
            Lz4.FACTORY.fastCompressor().compress(source, target);
        }
    }

    /**
     * Unpacks what remains of {@code source}.
     *
     * @param length what the header says the unpacked length is; distrusted
     */
    byte[] unpack(ByteBuffer source, int length) throws InvalidEntryException {
        int packedLength = source.remaining();
        boolean plausible = this == NONE
                ? length == packedLength
                : length >= 0 && length <= UNPACKED_BYTES_MAX && length <= (long) packedLength * LZ4_RATIO_MAX;
        if (!plausible) {
            throw new InvalidEntryException(
                    packedLength + " bytes packed with " + this + " can't be " + length + " bytes unpacked");
        }
        byte[] unpacked = new byte[length];
        if (this == NONE) {
            source.get(unpacked);
            return unpacked;
        }
        try {
            ByteBuffer target = ByteBuffer.wrap(unpacked);
            // The "safe" variant checks its input; the "fast" one of the same library trusts it.
            Lz4.FACTORY.safeDecompressor().decompress(source, target);
            if (target.hasRemaining()) {
                throw new InvalidEntryException(
                        "LZ4 block unpacked to " + target.position() + " bytes and not to " + length);
            }
            return unpacked;
        } catch (LZ4Exception e) {
            throw new InvalidEntryException("broken LZ4 block of " + packedLength + " bytes", e);
        }
    }

    /**
     * The Java implementation: the native one finds other matches, so that the same records would become other bytes from
     * one machine to the next. Loaded on first use.
     */
    private static final class Lz4 {
        static final LZ4Factory FACTORY = LZ4Factory.safeInstance();

        private Lz4() {}
    }
}
