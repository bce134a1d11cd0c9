package io.dlog.bookie.disk;

import java.nio.ByteBuffer;

/** Direct memory that {@link OpenMode#DIRECT} writes accept. Thread: immutable. */
public final class AlignedMemory {
    private AlignedMemory() {}

    /** Zeroed direct memory that starts on a block. */
    public static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes + FileSystem.BLOCK_BYTES)
                .alignedSlice(FileSystem.BLOCK_BYTES)
                .slice(0, bytes);
    }

    /** The next multiple of the block size, or {@code bytes} when it is one. */
    public static long blocks(long bytes) {
        return (bytes + FileSystem.BLOCK_BYTES - 1) & -FileSystem.BLOCK_BYTES;
    }
}
