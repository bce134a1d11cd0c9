package io.dlog.bookie.journal;

import io.dlog.bookie.disk.FileSystem;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a journal file. Everything is big endian; checksums are CRC32C.
 *
 * <p>A position counts the bytes of all batches since the bookie was formatted; it is a multiple of 16 and does not count file
 * headers. A file is named {@code j-<sequence, 16 hex digits>.wal}, has a fixed length, is filled with zeros once and
 * recycled under a later name, so stale batches of earlier lives may follow the last batch.
 *
 * <pre>
 * file     +0      header, one block
 *          +4096   batches, one behind the other, each a multiple of 4096 bytes
 *
 * header   +0   8  magic "DLOGJRNL"
 *          +8   4  version, 1; any other one is refused
 *          +12  4  length of the header, 4096
 *          +16  8  sequence of the file, equal to the one in its name, or the file was not begun since it was recycled
 *          +24  8  epoch, drawn at random each time the bookie starts
 *          +32  8  id of the bookie's storage
 *          +40  8  position of the first batch
 *          +48  8  sequence of the first batch in its epoch
 *          +56  4  checksum of the SEAL before the first batch, 0 when that is the epoch's first
 *          +60  4  CRC of bytes 0 to 59; zeros follow
 *
 * batch    records, the last of which is a SEAL that ends the batch on a multiple of 4096
 *
 * record   +0   8  word: ((position / 16) &lt;&lt; 24 | length of the body) xor epoch
 *          +8   4  CRC of the body
 *          +12  1  type
 *          +13  3  zeros
 *          +16     body, then anything up to a multiple of 16
 *
 * bodies   ADD 1           the entry as received: ledgerId 8, entryId 8, lac 8, length 8, digest, payload
 *          MASTER_KEY 2    ledgerId 8, key
 *          FENCE 3         ledgerId 8
 *          EXPLICIT_LAC 4  ledgerId 8, body as received
 *          SEAL 15         zeros, and in its last 64 bytes:
 *
 *          -64  8  magic "DLOGSEAL"
 *          -56  8  epoch
 *          -48  8  sequence of the batch in its epoch, from 0
 *          -40  8  position of the batch
 *          -32  4  length of the batch with its SEAL
 *          -28  4  count of its records without the SEAL
 *          -24  4  CRC of the 16-byte headers of these records
 *          -20  4  checksum of the SEAL before (the one at -16), 0 in the epoch's first
 *          -16  4  CRC of bytes -64 to -17; zeros follow
 * </pre>
 *
 * <p>The word is written last, with release semantics: while a batch forms in the log buffer it is what tells a finished
 * record from stale memory, and on disk what tells it from stale batches. Types 5 to 14 are kept for later (ledger delete,
 * limbo, format mark, padding).
 *
 * <p>Thread: immutable.
 */
public final class JournalFormat {
    public static final byte ADD = 1;
    public static final byte MASTER_KEY = 2;
    public static final byte FENCE = 3;
    public static final byte EXPLICIT_LAC = 4;
    static final byte SEAL = 15;

    /** Length of a record's header. */
    public static final int RECORD_HEADER_BYTES = 16;

    /** Longest body of a record; the word has 24 bits for it. */
    public static final int BODY_BYTES_MAX = (1 << 24) - 1;

    /** Records start on multiples of this. */
    static final int RECORD_ALIGNMENT = 16;

    static final int HEADER_BYTES = FileSystem.BLOCK_BYTES;
    static final int VERSION = 1;
    static final int SEAL_FIELDS_BYTES = 64;

    /** A SEAL takes at least this much, and what it needs to end on a block. */
    static final int SEAL_BYTES_MIN = RECORD_HEADER_BYTES + SEAL_FIELDS_BYTES;

    private static final long FILE_MAGIC = 0x444c4f474a524e4cL;
    private static final long SEAL_MAGIC = 0x444c4f475345414cL;
    private static final int HEADER_CRC_AT = 60;
    private static final int SEAL_CRC_AT = 48;
    private static final int BODY_BITS = 24;
    private static final long POSITION_MASK = -1L >>> BODY_BITS;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private JournalFormat() {}

    /** Header of a journal file. Thread: immutable. */
    record FileHeader(
            long sequence, long epoch, long instanceId, long firstPosition, long firstBatch, int previousSealCrc) {}

    /** What a SEAL says about its batch. Thread: immutable. */
    record Seal(
            long epoch, long batch, long position, int bytes, int records, int headersCrc, int previousCrc, int crc) {}

    /** Name of the file with this sequence. */
    static String fileName(long sequence) {
        return String.format("j-%016x.wal", sequence);
    }

    /** Sequence in a file's name, -1 when it is not a journal file's name. */
    static long fileSequence(String name) {
        return name.matches("j-[0-9a-f]{16}\\.wal") ? Long.parseLong(name.substring(2, 18), 16) : -1;
    }

    /** The record's length in the journal, for a body of {@code bodyBytes}. */
    static int recordBytes(int bodyBytes) {
        return RECORD_HEADER_BYTES + ((bodyBytes + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT);
    }

    static long word(long position, int bodyBytes, long epoch) {
        return ((position >>> 4) << BODY_BITS | bodyBytes) ^ epoch;
    }

    /** The length of the body if {@code word} is a record's at {@code position}, else -1. */
    static int bodyBytes(long word, long position, long epoch) {
        long plain = word ^ epoch;
        if ((plain >>> BODY_BITS) != ((position >>> 4) & POSITION_MASK)) {
            return -1;
        }
        return (int) (plain & BODY_BYTES_MAX);
    }

    /** Writes all of a record's header but the word. */
    static void writeRecordHeader(ByteBuffer memory, int at, byte type, int bodyCrc) {
        memory.putInt(at + 8, bodyCrc);
        memory.putInt(at + 12, type << 24);
    }

    /** Publishes a record whose other bytes are written. */
    static void publishWord(ByteBuffer memory, int at, long word) {
        LONG.setRelease(memory, at, word);
    }

    /** The word at {@code at}; what was written before it was published is visible behind. */
    static long acquireWord(ByteBuffer memory, int at) {
        return (long) LONG.getAcquire(memory, at);
    }

    static int recordCrc(ByteBuffer memory, int at) {
        return memory.getInt(at + 8);
    }

    static byte recordType(ByteBuffer memory, int at) {
        return memory.get(at + 12);
    }

    static int crcOf(ByteBuffer memory, int at, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(memory.duplicate().limit(at + bytes).position(at));
        return (int) crc.getValue();
    }

    static void writeFileHeader(ByteBuffer block, FileHeader header) {
        for (int i = 0; i < HEADER_BYTES; i += Long.BYTES) {
            block.putLong(i, 0);
        }
        block.putLong(0, FILE_MAGIC);
        block.putInt(8, VERSION);
        block.putInt(12, HEADER_BYTES);
        block.putLong(16, header.sequence());
        block.putLong(24, header.epoch());
        block.putLong(32, header.instanceId());
        block.putLong(40, header.firstPosition());
        block.putLong(48, header.firstBatch());
        block.putInt(56, header.previousSealCrc());
        block.putInt(HEADER_CRC_AT, crcOf(block, 0, HEADER_CRC_AT));
    }

    /**
     * The header, null when there is none (zeros, garbage, wrong checksum).
     *
     * @throws JournalException when it is one of another version
     */
    static @Nullable FileHeader readFileHeader(ByteBuffer block) throws JournalException {
        if (block.limit() < HEADER_BYTES
                || block.getLong(0) != FILE_MAGIC
                || block.getInt(HEADER_CRC_AT) != crcOf(block, 0, HEADER_CRC_AT)) {
            return null;
        }
        if (block.getInt(8) != VERSION) {
            throw new JournalException("journal file of an unknown version version=" + block.getInt(8) + " known="
                    + VERSION + "; start the release that wrote it");
        }
        return new FileHeader(
                block.getLong(16),
                block.getLong(24),
                block.getLong(32),
                block.getLong(40),
                block.getLong(48),
                block.getInt(56));
    }

    /**
     * Writes the SEAL that fills {@code [at, end)} of the batch that starts at {@code start}.
     *
     * @param basePosition position of {@code memory}'s first byte
     * @return its checksum
     */
    static int writeSeal(
            ByteBuffer memory,
            int start,
            int at,
            int end,
            long basePosition,
            long epoch,
            long batch,
            int records,
            int headersCrc,
            int previousCrc) {
        int body = at + RECORD_HEADER_BYTES;
        for (int i = body; i < end; i += Long.BYTES) {
            memory.putLong(i, 0);
        }
        writeRecordHeader(memory, at, SEAL, 0);
        int fields = end - SEAL_FIELDS_BYTES;
        memory.putLong(fields, SEAL_MAGIC);
        memory.putLong(fields + 8, epoch);
        memory.putLong(fields + 16, batch);
        memory.putLong(fields + 24, basePosition + start);
        memory.putInt(fields + 32, end - start);
        memory.putInt(fields + 36, records);
        memory.putInt(fields + 40, headersCrc);
        memory.putInt(fields + 44, previousCrc);
        int crc = crcOf(memory, fields, SEAL_CRC_AT);
        memory.putInt(fields + SEAL_CRC_AT, crc);
        publishWord(memory, at, word(basePosition + at, end - body, epoch));
        return crc;
    }

    /** The SEAL whose batch ends at {@code end}, null when there is none. */
    static @Nullable Seal readSeal(ByteBuffer memory, int end) {
        int fields = end - SEAL_FIELDS_BYTES;
        if (memory.getLong(fields) != SEAL_MAGIC
                || memory.getInt(fields + SEAL_CRC_AT) != crcOf(memory, fields, SEAL_CRC_AT)) {
            return null;
        }
        return new Seal(
                memory.getLong(fields + 8),
                memory.getLong(fields + 16),
                memory.getLong(fields + 24),
                memory.getInt(fields + 32),
                memory.getInt(fields + 36),
                memory.getInt(fields + 40),
                memory.getInt(fields + 44),
                memory.getInt(fields + SEAL_CRC_AT));
    }

    /** End of the SEAL that starts at {@code at}. */
    static int sealEnd(int at) {
        return (at + SEAL_BYTES_MIN + FileSystem.BLOCK_BYTES - 1) & -FileSystem.BLOCK_BYTES;
    }
}
