package io.dlog.bookie.entrylog;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads entries of one log and gives out none that it has not checked: that its length is the index's, that it is the entry
 * asked for, and that its checksum is the one in the log's checksum block.
 *
 * <p>Thread: safe, because positional reads are and nothing else is kept.
 */
public final class EntryLogReader implements Closeable {

    private final StorageFile file;

    private EntryLogReader(StorageFile file) {
        this.file = file;
    }

    /** Opens a log. */
    public static EntryLogReader open(FileSystem files, Path directory, long logId) throws IOException {
        return new EntryLogReader(files.open(directory.resolve(EntryLogFormat.fileName(logId)), OpenMode.READ));
    }

    /**
     * Reads an entry.
     *
     * @param target takes {@link EntryLocation#bytes} bytes from its position on; direct memory is best
     * @throws IOException when the log does not hold it there, whole and right
     */
    public void read(long ledgerId, EntryLocation location, ByteBuffer target) throws IOException {
        ByteBuffer prefix = ByteBuffer.allocate(Integer.BYTES);
        int start = target.position();
        ByteBuffer entry = target.duplicate().limit(start + location.bytes());
        if (file.read(prefix, location.offset()) != Integer.BYTES
                || file.read(entry, location.offset() + Integer.BYTES) != location.bytes()) {
            throw bad(ledgerId, location, "the log ends before");
        }
        if (prefix.getInt(0) != location.bytes()) {
            throw bad(ledgerId, location, "another length stands there: " + prefix.getInt(0));
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
        ByteBuffer word = ByteBuffer.allocate(Integer.BYTES);
        long at = location.checksumsOffset()
                + EntryLogFormat.CHECKSUMS_AT
                + (long) location.checksumSlot() * Integer.BYTES;
        if (file.read(word, at) != Integer.BYTES) {
            throw bad(ledgerId, location, "the log ends before its checksum");
        }
        return word.getInt(0);
    }

    private IOException bad(long ledgerId, EntryLocation location, String what) {
        return new IOException("entry unreadable: " + what + " file=" + file.path() + " offset=" + location.offset()
                + " ledger=" + ledgerId + " entry=" + location.entryId() + " bytes=" + location.bytes());
    }
}
