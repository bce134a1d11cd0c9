package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/**
 * Puts entries into outgoing frames: small ones are copied, because one buffer is cheaper than three in one; large ones
 * are linked in without a copy.
 *
 * <p>Thread: no state.
 */
final class Frames {
    /** Bytes of the length before each frame. */
    static final int PREFIX_LENGTH = 4;

    /** Up to this size copying an entry costs less than a composite buffer and a gathering write. */
    static final int COPIED_BYTES_MAX = 4096;

    private Frames() {}

    /** How many bytes of the entry go into the frame's own buffer. */
    static int copiedBytes(ByteBuf entry) {
        return entry.readableBytes() <= COPIED_BYTES_MAX ? entry.readableBytes() : 0;
    }

    /**
     * The frame with an entry in its middle. Takes {@code own}; borrows {@code entry}, which was copied already if it is
     * small.
     *
     * @param own head and tail of the frame
     * @param headLength where in {@code own} the entry belongs
     */
    static ByteBuf insert(ByteBufAllocator allocator, ByteBuf own, int headLength, ByteBuf entry) {
        if (copiedBytes(entry) == entry.readableBytes()) {
            return own;
        }
        CompositeByteBuf frame = allocator.compositeBuffer(3);
        frame.addComponent(true, own.retainedSlice(0, headLength));
        frame.addComponent(true, entry.retainedSlice());
        if (own.writerIndex() > headLength) {
            frame.addComponent(true, own.retainedSlice(headLength, own.writerIndex() - headLength));
        }
        own.release();
        return frame;
    }

    /** Appends an entry to the frame's own buffer if it is small. */
    static void copyIfSmall(ByteBuf entry, ByteBuf own) {
        int length = copiedBytes(entry);
        own.writeBytes(entry, entry.readerIndex(), length);
    }
}
