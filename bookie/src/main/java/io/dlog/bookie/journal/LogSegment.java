package io.dlog.bookie.journal;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the log buffer: memory that holds a contiguous range of positions as it stands in the journal.
 *
 * <pre>
 *   base                                                       base + end()
 *   | batch, durable | batch, being written | records claimed |   free   |
 *                                                             tail
 * </pre>
 *
 * <p>Thread: safe, because space is claimed by compare-and-set on the tail and each claimed range has one writer until its
 * word is published. The fields that {@link #activate} sets change only while nobody may claim, and are published by the
 * tail.
 */
final class LogSegment<G> {
    private static final int CLOSED = 1;
    private static final int SEALED = 2;
    private static final int FLAGS = CLOSED | SEALED;

    final ByteBuffer memory;
    final int sizeBytes;

    private final AtomicLong tail = new AtomicLong(CLOSED | SEALED);
    private long base;
    private long epoch;
    private @Nullable Generation<G> generation;

    LogSegment(ByteBuffer memory) {
        this.memory = memory;
        this.sizeBytes = memory.capacity();
    }

    /** Opens the segment for claims. */
    void activate(long basePosition, long journalEpoch, Generation<G> owner) {
        base = basePosition;
        epoch = journalEpoch;
        generation = owner;
        tail.set(SEALED);
    }

    long base() {
        return base;
    }

    long epoch() {
        return epoch;
    }

    Generation<G> generation() {
        Generation<G> owner = generation;
        if (owner == null) {
            throw new AssertionError("segment was never activated base=" + base);
        }
        return owner;
    }

    /** Takes {@code bytes} at the returned offset, -1 when the segment is closed or too full. */
    int claim(int bytes) {
        while (true) {
            long t = tail.get();
            long offset = t & ~FLAGS;
            if ((t & CLOSED) != 0 || offset + bytes + JournalFormat.SEAL_BYTES_MIN > sizeBytes) {
                return -1;
            }
            if (tail.compareAndSet(t, offset + bytes)) {
                return (int) offset;
            }
        }
    }

    /** Lets nobody claim any more. */
    void close() {
        while (true) {
            long t = tail.get();
            if ((t & CLOSED) != 0 || tail.compareAndSet(t, t | CLOSED)) {
                return;
            }
        }
    }

    boolean isClosed() {
        return (tail.get() & CLOSED) != 0;
    }

    /** {@link #claimSeal}: nothing was claimed since the last SEAL. */
    static final int NOTHING = -1;

    /** {@link #claimSeal}: nothing was claimed since the last SEAL, nor ever will be. */
    static final int FINISHED = -2;

    /**
     * Claims the SEAL behind all that is claimed. Journal lane only.
     *
     * @param expectedBase where the journal knows the segment; another base means that it was flushed and used again
     * @return its offset, {@link #NOTHING} or {@link #FINISHED}
     */
    int claimSeal(long expectedBase) {
        while (true) {
            long t = tail.get();
            if (base != expectedBase) {
                return FINISHED;
            }
            if ((t & SEALED) != 0) {
                return (t & CLOSED) != 0 ? FINISHED : NOTHING;
            }
            int offset = (int) (t & ~FLAGS);
            if (tail.compareAndSet(t, JournalFormat.sealEnd(offset) | (t & CLOSED) | SEALED)) {
                return offset;
            }
        }
    }

    /** Copies a whole batch behind the tail; only while the journal is replayed. */
    int load(ByteBuffer batch) {
        int offset = (int) (tail.get() & ~FLAGS);
        int bytes = batch.remaining();
        memory.duplicate().position(offset).put(batch);
        tail.set((offset + bytes) | SEALED);
        return offset;
    }

    /** Bytes left for {@link #load}. */
    int loadableBytes() {
        return isClosed() ? 0 : sizeBytes - (int) (tail.get() & ~FLAGS);
    }

    /** Offset behind the last batch, counting the SEAL still to come. */
    int end() {
        long t = tail.get();
        int offset = (int) (t & ~FLAGS);
        return (t & SEALED) != 0 ? offset : JournalFormat.sealEnd(offset);
    }

    /** Offset behind the last claim. */
    int claimed() {
        return (int) (tail.get() & ~FLAGS);
    }

    /** Length of the body of the published record at {@code position}. */
    int bodyBytes(long position) {
        int at = (int) (position - base);
        int bytes = JournalFormat.bodyBytes(JournalFormat.acquireWord(memory, at), position, epoch);
        if (bytes < 0) {
            throw new AssertionError("no record in the log buffer position=" + position + " base=" + base);
        }
        return bytes;
    }

    int bodyCrc(long position) {
        return JournalFormat.recordCrc(memory, (int) (position - base));
    }

    /** Appends the body of the record at {@code position} to {@code target}. */
    void copyBody(long position, int bodyBytes, ByteBuf target) {
        target.writeBytes(body(position, bodyBytes));
    }

    /** A view of the body of the record at {@code position}. */
    ByteBuffer body(long position, int bodyBytes) {
        int at = (int) (position - base) + JournalFormat.RECORD_HEADER_BYTES;
        return memory.duplicate().limit(at + bodyBytes).position(at);
    }
}
