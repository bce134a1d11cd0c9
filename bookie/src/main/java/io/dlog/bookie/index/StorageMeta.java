package io.dlog.bookie.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What an index keeps about the bookie's storage.
 *
 * <pre>
 * key "storage"   value  4 version 1, 8 id of the bookie's storage, 8 checkpoint: position in the journal before which
 *                        everything of this directory is in its entry logs and index
 * </pre>
 *
 * <p>Thread: immutable.
 */
public record StorageMeta(long instanceId, long checkpoint) {
    private static final byte[] KEY = "storage".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int BYTES = 20;

    /** Reads it, null when the store is new. */
    public static @Nullable StorageMeta read(IndexStore store) throws IOException {
        byte[] value = store.get(IndexTable.META, KEY);
        if (value == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(value);
        if (value.length < Integer.BYTES || in.getInt() != VERSION || value.length != BYTES) {
            throw new IOException("index of an unknown version; start the release that wrote it bytes=" + value.length);
        }
        return new StorageMeta(in.getLong(), in.getLong());
    }

    /** Writes it with the batch. */
    public void put(IndexBatch batch) {
        batch.put(
                IndexTable.META,
                KEY,
                ByteBuffer.allocate(BYTES)
                        .putInt(VERSION)
                        .putLong(instanceId)
                        .putLong(checkpoint)
                        .array());
    }
}
