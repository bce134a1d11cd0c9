package io.dlog.bookie.index;

import io.dlog.bookie.entrylog.EntryLocation;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run: up to 128 entries of one ledger that lie one behind the other in one log and share a checksum block.
 *
 * <pre>
 * key    8  ledgerId, big endian
 *        8  id of the first entry, big endian
 *
 * value  1  version, 1
 *        1  flags: 1 ids are consecutive, 2 all entries have the length of the first
 *        v  log id
 *        v  offset of the first entry
 *        v  offset of the checksum block minus that offset
 *        v  slot of the first entry's checksum
 *        v  count of entries
 *        v  each id but the first, minus the one before      unless flag 1
 *        v  length of each entry, or of the first            flag 2
 * </pre>
 *
 * <p>{@code v} is a {@link Varint}. Ranges of runs of one ledger don't overlap, so the run that may hold an entry is the one
 * with the greatest key not beyond it.
 *
 * <p>Thread: immutable.
 */
final class RunFormat {
    static final int ENTRIES_MAX = 128;

    private static final byte VERSION = 1;
    private static final int CONSECUTIVE = 1;
    private static final int EQUAL_LENGTHS = 2;

    private RunFormat() {}

    static byte[] key(long ledgerId, long entryId) {
        return ByteBuffer.allocate(16).putLong(ledgerId).putLong(entryId).array();
    }

    static long ledgerId(byte[] key) {
        return ByteBuffer.wrap(key).getLong();
    }

    static long firstEntryId(byte[] key) {
        return ByteBuffer.wrap(key).getLong(Long.BYTES);
    }

    /** Whether {@code next} may stand behind {@code last} in a run of {@code count} entries. */
    static boolean continues(EntryLocation last, EntryLocation next, int count) {
        return count < ENTRIES_MAX
                && next.logId() == last.logId()
                && next.checksumsOffset() == last.checksumsOffset()
                && next.checksumSlot() == last.checksumSlot() + 1
                && next.offset() == last.offset() + Integer.BYTES + last.bytes();
    }

    static byte[] write(List<EntryLocation> entries) {
        EntryLocation first = entries.get(0);
        boolean isConsecutive = true;
        boolean hasEqualLengths = true;
        for (int i = 1; i < entries.size(); i++) {
            isConsecutive &= entries.get(i).entryId() == entries.get(i - 1).entryId() + 1;
            hasEqualLengths &= entries.get(i).bytes() == first.bytes();
        }
        ByteBuffer value = ByteBuffer.allocate(2 + (5 + 2 * entries.size()) * Varint.BYTES_MAX);
        value.put(VERSION);
        value.put((byte) ((isConsecutive ? CONSECUTIVE : 0) | (hasEqualLengths ? EQUAL_LENGTHS : 0)));
        Varint.put(value, first.logId());
        Varint.put(value, first.offset());
        Varint.put(value, first.checksumsOffset() - first.offset());
        Varint.put(value, first.checksumSlot());
        Varint.put(value, entries.size());
        for (int i = 1; i < entries.size() && !isConsecutive; i++) {
            Varint.put(value, entries.get(i).entryId() - entries.get(i - 1).entryId());
        }
        for (int i = 0; i < (hasEqualLengths ? 1 : entries.size()); i++) {
            Varint.put(value, entries.get(i).bytes());
        }
        return Arrays.copyOf(value.array(), value.position());
    }

    /** All entries of a run, ascending. */
    static List<EntryLocation> read(byte[] key, byte[] value) throws IOException {
        List<EntryLocation> entries = new ArrayList<>();
        decode(key, value, -1, entries);
        return entries;
    }

    /** The highest entry id of a run. */
    static long lastEntryId(byte[] key, byte[] value) throws IOException {
        List<EntryLocation> entries = read(key, value);
        return entries.get(entries.size() - 1).entryId();
    }

    /** One entry of a run. */
    static @Nullable EntryLocation find(byte[] key, byte[] value, long entryId) throws IOException {
        return decode(key, value, entryId, null);
    }

    private static @Nullable EntryLocation decode(
            byte[] key, byte[] value, long wanted, @Nullable List<EntryLocation> all) throws IOException {
        try {
            ByteBuffer in = ByteBuffer.wrap(value);
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException(
                        "run of an unknown version key=" + HexFormat.of().formatHex(key) + " version=" + version);
            }
            int flags = in.get();
            long logId = Varint.get(in);
            long offset = Varint.get(in);
            long checksums = offset + Varint.get(in);
            int slot = Math.toIntExact(Varint.get(in));
            int count = Math.toIntExact(Varint.get(in));
            if (count < 1 || count > ENTRIES_MAX) {
                throw new IOException(
                        "run with a wrong count key=" + HexFormat.of().formatHex(key) + " count=" + count);
            }
            long id = firstEntryId(key);
            ByteBuffer ids = in.duplicate();
            if ((flags & CONSECUTIVE) == 0) {
                for (int i = 1; i < count; i++) {
                    Varint.get(in);
                }
            }
            int bytes = 0;
            for (int i = 0; i < count; i++) {
                if (i > 0) {
                    id += (flags & CONSECUTIVE) != 0 ? 1 : Varint.get(ids);
                }
                if (i == 0 || (flags & EQUAL_LENGTHS) == 0) {
                    bytes = Math.toIntExact(Varint.get(in));
                }
                if (all != null) {
                    all.add(new EntryLocation(id, logId, offset, bytes, checksums, slot + i));
                } else if (id == wanted) {
                    return new EntryLocation(id, logId, offset, bytes, checksums, slot + i);
                } else if (id > wanted) {
                    return null;
                }
                offset += Integer.BYTES + bytes;
            }
            return null;
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            throw new IOException("run damaged key=" + HexFormat.of().formatHex(key), e);
        }
    }
}
