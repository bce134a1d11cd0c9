package io.dlog.bookie.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The port to a sorted key-value store with atomic, durable batches. Keys sort by unsigned bytes. Adapters:
 * {@link RocksDbIndexStore}; in tests one that loses power.
 *
 * <p>Thread: reads are safe; batches are written by one thread at a time.
 */
public interface IndexStore extends Closeable {
    /** Opens the stores. */
    interface Factory {
        /** Opens the store of a directory, which is empty at first. */
        IndexStore open(Path directory) throws IOException;
    }

    /** A key and its value. Thread: nobody changes the arrays. */
    record Row(byte[] key, byte[] value) {}

    /** Takes rows in order. */
    @FunctionalInterface
    interface Visitor {
        /** Returns whether to go on. */
        boolean visit(byte[] key, byte[] value) throws IOException;
    }

    /** The value of a key. */
    byte @Nullable [] get(IndexTable table, byte[] key) throws IOException;

    /** The row with the greatest key that is at most {@code key}. */
    @Nullable
    Row floor(IndexTable table, byte[] key) throws IOException;

    /** Visits rows from key {@code from}, included, on. */
    void scan(IndexTable table, byte[] from, Visitor visitor) throws IOException;

    /** Writes all of the batch or nothing; durable on return. After an exception the store must not be written any more. */
    void write(IndexBatch batch) throws IOException;
}
