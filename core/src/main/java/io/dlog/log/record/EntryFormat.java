package io.dlog.log.record;

/**
 * The bytes of an entry: an envelope around records. All numbers are big endian.
 *
 * <pre>
 *   envelope (log segments of layout version 4 and up; before: bare records)
 *   0         1          5                   9               13
 *   | ver = 1 | flags    | unpacked length   | stored length | records, packed as flags say |
 *               bits 0-1 = compression code
 *
 *   record
 *   0            8                  16               20
 *   | metadata   | transaction id   | payload length | payload |
 *     bits 0-15 flags, 16-47 position in the segment, 48-63 zero
 * </pre>
 *
 * <p>The position counts the application's records of the segment from 1, each record of a record set by itself; a record
 * that is not the application's carries the position of the last one that is. Another version of the envelope is refused.
 *
 * <p>Source: DistributedLog, "EnvelopedEntry" and "LogRecord"; golden bytes in {@code golden/log-entries.txt}.
 */
final class EntryFormat {
    static final byte VERSION = 1;
    static final int ENVELOPE_BYTES = 13;
    static final int FLAGS_OFFSET = 1;
    static final int UNPACKED_LENGTH_OFFSET = 5;
    static final int STORED_LENGTH_OFFSET = 9;

    static final int RECORD_HEADER_BYTES = 20;
    static final long FLAG_CONTROL = 0x1;
    static final long FLAG_END_OF_STREAM = 0x2;
    static final long FLAG_RECORD_SET = 0x4;
    static final int POSITION_SHIFT = 16;
    static final long POSITION_MASK = 0xffff_ffffL;

    private EntryFormat() {}

    static long metadata(long flags, int position) {
        return ((position & POSITION_MASK) << POSITION_SHIFT) | flags;
    }

    static int position(long metadata) {
        return (int) ((metadata >>> POSITION_SHIFT) & POSITION_MASK);
    }
}
