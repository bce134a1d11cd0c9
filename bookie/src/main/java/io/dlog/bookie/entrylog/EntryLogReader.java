package io.dlog.bookie.entrylog;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of one log and gives out none that it has not checked: that its length is the index's, that it is the entry
 * asked for, and that its checksum is the one in the log's checksum block.
 *
 * <p>Thread: safe, because positional reads are and the checksums kept are immutable.
 */
public final class EntryLogReader implements Closeable {
    /** Checksums read at a time; a scan then reads its entries and little more. */
    private static final int WINDOW_SLOTS = 256;

    private static final int WINDOWS = 4;

    private final StorageFile file;
    private final AtomicReferenceArray<@Nullable Checksums> recent = new AtomicReferenceArray<>(WINDOWS);

    /**
     * Neighbours in one checksum block, which never changes once an index names it. What is behind the block's end, or was not
     * written yet, is never asked for. Thread: immutable.
     */
    private record Checksums(long blockOffset, int firstSlot, ByteBuffer words) {}

    private EntryLogReader(StorageFile file) {
        this.file = file;
    }

    /** Opens a log. */
    public static EntryLogReader open(FileSystem files, Path directory, long logId) throws IOException {
        return new EntryLogReader(files.open(directory.resolve(EntryLogFormat.fileName(logId)), OpenMode.READ));
    }

    /**
     * Reads an entry, the length that stands before it included.
     *
     * @param target takes {@link EntryLocation#recordBytes} bytes from its position on; direct memory is best
     * @throws IOException when the log does not hold it there, whole and right
     */
    public void read(long ledgerId, EntryLocation location, ByteBuffer target) throws IOException {
        int recordBytes = location.recordBytes();
        int start = target.position() + Integer.BYTES;
        ByteBuffer entry = target.duplicate().limit(target.position() + recordBytes);
        if (file.read(entry, location.offset()) != recordBytes) {
            throw bad(ledgerId, location, "the log ends before");
        }
        int length = entry.getInt(start - Integer.BYTES);
        if (length != location.bytes()) {
            throw bad(ledgerId, location, "another length stands there: " + length);
        }
        if (entry.getLong(start) != ledgerId || entry.getLong(start + Long.BYTES) != location.entryId()) {
            throw bad(
                    ledgerId,
                    location,
                    "another entry stands there: " + entry.getLong(start) + "/" + entry.getLong(start + Long.BYTES));
        }
        CRC32C crc = new CRC32C();
        crc.update(entry.position(start));
        if ((int) crc.getValue() != checksum(ledgerId, location)) {
            throw bad(ledgerId, location, "checksum is wrong");
        }
        target.position(start + location.bytes());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private int checksum(long ledgerId, EntryLocation location) throws IOException {
        int firstSlot = location.checksumSlot() & -WINDOW_SLOTS;
        int needed = (location.checksumSlot() - firstSlot + 1) * Integer.BYTES;
        int place = (int) (((location.checksumsOffset() + firstSlot) * 0x9E3779B97F4A7C15L) >>> 62);
        Checksums window = recent.get(place);
        if (window == null
                || window.blockOffset() != location.checksumsOffset()
                || window.firstSlot() != firstSlot
                || window.words().position() < needed) {
            ByteBuffer words = ByteBuffer.allocate(WINDOW_SLOTS * Integer.BYTES);
            long at = location.checksumsOffset() + EntryLogFormat.CHECKSUMS_AT + (long) firstSlot * Integer.BYTES;
            if (file.read(words, at) < needed) {
                throw bad(ledgerId, location, "the log ends before its checksum");
            }
            window = new Checksums(location.checksumsOffset(), firstSlot, words);
            recent.set(place, window);
        }
        return window.words().getInt(needed - Integer.BYTES);
    }

    private IOException bad(long ledgerId, EntryLocation location, String what) {
        return new IOException("entry unreadable: " + what + " file=" + file.path() + " offset=" + location.offset()
                + " ledger=" + ledgerId + " entry=" + location.entryId() + " bytes=" + location.bytes());
    }
}
