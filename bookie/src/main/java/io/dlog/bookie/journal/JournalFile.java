package io.dlog.bookie.journal;

import io.dlog.bookie.disk.StorageFile;
import java.nio.file.Path;

/**
 * A journal file that is filled with zeros or recycled, and open for durable writes.
 *
 * <p>Thread: immutable; the open file is the journal lane's.
 *
 * @param bytes length with the header
 */
record JournalFile(long sequence, Path path, StorageFile file, long bytes) {
    long bodyBytes() {
        return bytes - JournalFormat.HEADER_BYTES;
    }
}
