package io.dlog.bookie.entrylog;

import io.dlog.bookie.disk.FileSystem;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an entry log: Apache BookKeeper's entry log version 1, with our checksums and directories in entries of ledger
 * -1, which Apache's scanners and compactors skip. Everything is big endian; checksums are CRC32C.
 *
 * <p>A log is named {@code <id, hex without leading zeros>.log}. An offset is that of an entry's length; Apache's locations
 * point 4 bytes further.
 *
 * <pre>
 * file      +0         header, one block
 *           +4096      flushes, each ending on a block; then, once sealed, padding and ledgers map ending the file on a block
 *
 * header    +0     4   magic "BKLO"
 *           +4     4   version, 1
 *           +8     8   offset of the ledgers map, 0 until sealed
 *           +16    4   count of ledgers in the map, 0 until sealed; zeros to +1024
 *           +1024      entry (-1, -6) that fills the block, so that a scan from +1024 skips it:
 *                        8 magic "DLOGELOG", 4 version 1, 8 log id, 8 id of the bookie's storage,
 *                        8 offset of the last directory (0 until sealed), 4 CRC of these 36 bytes, then 0xF0
 *
 * entry     4 length, then the entry as the client sent it: ledgerId 8, entryId 8, lac 8, length 8, digest, payload
 *
 * flush     entries sorted by ledger and entry id, a checksum block after each MiB of them, a directory, padding
 *
 * checksums (-1, -3)   8 offset of the first entry covered, 4 count, count x CRC of an entry (without its length),
 *                      4 CRC of what is before from the ledger id on; covers the entries since the last such block
 * directory (-1, -4)   8 offset of the directory before in this log or 0, 4 count of runs, 4 count of ledger states,
 *                      runs: 8 ledgerId, 8 first entry id, 8 last entry id, 8 offset of the first, 8 bytes, 4 entries;
 *                      states: 8 ledgerId, 1 flags (1 fenced, 2 has key, 4 has explicit LAC), 8 known LAC,
 *                              [4 length, key], [4 length, explicit LAC]; 4 CRC as above
 * padding   (-1, -5)   zeros
 * map       (-1, -2)   4 count, count x (8 ledgerId, 8 bytes); at most 10,000 ledgers an entry
 * </pre>
 *
 * <p>The header's offsets are hints that a seal writes over it; what is in the flushes decides. Bytes behind the length that
 * the index has for the log belong to a flush that did not end and are ignored.
 *
 * <p>Thread: immutable. Source: BookKeeper's EntryLogger version 1, BP-47 for the header's shape.
 */
public final class EntryLogFormat {
    /** Offset of the first entry. */
    public static final int HEADER_BYTES = FileSystem.BLOCK_BYTES;

    static final int VERSION = 1;
    static final long HIDDEN_LEDGER = -1;
    static final long MAP_ENTRY = -2;
    static final long CHECKSUMS_ENTRY = -3;
    static final long DIRECTORY_ENTRY = -4;
    static final long PADDING_ENTRY = -5;
    static final long HEADER_ENTRY = -6;

    /** Length field, ledger id and entry id of a hidden entry. */
    static final int HIDDEN_BYTES = 20;

    /** What stands between the start of a checksum block and its first checksum. */
    static final int CHECKSUMS_AT = HIDDEN_BYTES + 12;

    /** Apache's reader allocates for this many. */
    static final int MAP_LEDGERS_MAX = 10_000;

    static final int MAP_ENTRY_BYTES = 16;
    static final int DIRECTORY_RUN_BYTES = 44;

    private static final int MAGIC = 0x424b4c4f;
    private static final long OWN_MAGIC = 0x444c4f47454c4f47L;
    private static final int APACHE_HEADER_BYTES = 1024;
    private static final int OWN_AT = APACHE_HEADER_BYTES + HIDDEN_BYTES;
    private static final int OWN_BYTES = 36;
    private static final byte FILL = (byte) 0xF0;

    private EntryLogFormat() {}

    /** Name of the log. */
    public static String fileName(long logId) {
        return Long.toHexString(logId) + ".log";
    }

    /** Id in a log's name, -1 when it is not a log's name. */
    public static long logId(String name) {
        return name.matches("[0-9a-f]{1,15}\\.log") ? Long.parseLong(name.substring(0, name.length() - 4), 16) : -1;
    }

    static void writeHeader(ByteBuffer block, Header header) {
        for (int i = 0; i < HEADER_BYTES; i++) {
            block.put(i, i < APACHE_HEADER_BYTES ? 0 : FILL);
        }
        block.putInt(0, MAGIC);
        block.putInt(4, VERSION);
        block.putLong(8, header.mapOffset());
        block.putInt(16, header.ledgers());
        block.putInt(APACHE_HEADER_BYTES, HEADER_BYTES - APACHE_HEADER_BYTES - Integer.BYTES);
        block.putLong(APACHE_HEADER_BYTES + 4, HIDDEN_LEDGER);
        block.putLong(APACHE_HEADER_BYTES + 12, HEADER_ENTRY);
        block.putLong(OWN_AT, OWN_MAGIC);
        block.putInt(OWN_AT + 8, VERSION);
        block.putLong(OWN_AT + 12, header.logId());
        block.putLong(OWN_AT + 20, header.instanceId());
        block.putLong(OWN_AT + 28, header.directoryOffset());
        block.putInt(OWN_AT + OWN_BYTES, crcOf(block, OWN_AT, OWN_BYTES));
    }

    /** The header, null when it is none of ours. */
    static @Nullable Header readHeader(ByteBuffer block) {
        if (block.limit() < HEADER_BYTES
                || block.getInt(0) != MAGIC
                || block.getInt(4) != VERSION
                || block.getLong(OWN_AT) != OWN_MAGIC
                || block.getInt(OWN_AT + OWN_BYTES) != crcOf(block, OWN_AT, OWN_BYTES)) {
            return null;
        }
        return new Header(
                block.getLong(OWN_AT + 12),
                block.getLong(OWN_AT + 20),
                block.getLong(8),
                block.getInt(16),
                block.getLong(OWN_AT + 28));
    }

    static int crcOf(ByteBuffer bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(at + length).position(at));
        return (int) crc.getValue();
    }

    /** Header of a log; offsets and count are 0 until it is sealed. Thread: immutable. */
    record Header(long logId, long instanceId, long mapOffset, int ledgers, long directoryOffset) {}
}
