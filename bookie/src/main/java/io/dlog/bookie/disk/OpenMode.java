package io.dlog.bookie.disk;

/** How a file is opened. Thread: immutable. */
public enum OpenMode {
    /** Reads of an existing file, any offset and length, through the page cache. */
    READ,
    /** Writes of any offset and length, durable after {@link StorageFile#sync}; creates the file when missing. */
    BUFFERED,
    /**
     * Writes of whole blocks from block-aligned direct memory, past the page cache where the file system can; durable after
     * {@link StorageFile#sync}; creates the file when missing.
     */
    DIRECT,
    /** As {@link #DIRECT}, but each write is durable when it returns. The file exists and was filled with zeros before. */
    DURABLE
}
