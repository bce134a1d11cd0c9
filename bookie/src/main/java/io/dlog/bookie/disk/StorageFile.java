package io.dlog.bookie.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One open file.
 *
 * <p>Thread: {@code read} is safe from many threads; writing, syncing and closing belong to one owner.
 */
public interface StorageFile extends Closeable {
    /** Where it lies; for messages. */
    Path path();

    /** Length in bytes. */
    long size() throws IOException;

    /**
     * Writes all of {@code source}, from its position to its limit.
     *
     * @throws IOException after which what lies between {@code offset} and the end of the write is unknown
     */
    void write(ByteBuffer source, long offset) throws IOException;

    /**
     * Reads until {@code target} is full or the file ends.
     *
     * @return bytes read, 0 at the end of the file
     */
    int read(ByteBuffer target, long offset) throws IOException;

    /**
     * Makes all earlier writes durable, with what is needed to read them back (length). Never call it again after it
     * failed: a second one may report success for data that is gone.
     */
    void sync() throws IOException;
}
