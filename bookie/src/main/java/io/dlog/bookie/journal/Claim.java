package io.dlog.bookie.journal;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Space in the log buffer that one thread fills with one record: {@code put…} the body, {@link #finish} it, {@link #publish}
 * it. Between claim and publish the journal waits, so nothing in between may block.
 *
 * <p>Thread: owned by the thread that claimed; each thread has one per log buffer and uses it again.
 */
public final class Claim<G> {
    private final CRC32C crc = new CRC32C();
    private @Nullable LogSegment<G> segment;
    private @Nullable ByteBuffer view;
    private int at;
    private int bodyBytes;

    void begin(LogSegment<G> owner, int offset, int bytes) {
        if (segment != owner) {
            segment = owner;
            view = owner.memory.duplicate();
        }
        at = offset;
        bodyBytes = bytes;
        int body = at + JournalFormat.RECORD_HEADER_BYTES;
        view().limit(body + bytes).position(body);
    }

    /** Appends to the body. */
    public void putLong(long value) {
        view().putLong(value);
    }

    /** Appends to the body. */
    public void putBytes(byte[] bytes) {
        view().put(bytes);
    }

    /** Appends all readable bytes (borrows them, leaves the indexes alone). */
    public void putBytes(ByteBuf bytes) {
        ByteBuffer target = view();
        int limit = target.limit();
        target.limit(target.position() + bytes.readableBytes());
        bytes.getBytes(bytes.readerIndex(), target);
        target.limit(limit);
    }

    /** Computes the checksum; the body is complete. */
    public void finish(byte type) {
        ByteBuffer memory = view();
        if (memory.hasRemaining()) {
            throw new AssertionError("body shorter than claimed missing=" + memory.remaining() + " bytes=" + bodyBytes);
        }
        memory.position(at + JournalFormat.RECORD_HEADER_BYTES);
        crc.reset();
        crc.update(memory);
        JournalFormat.writeRecordHeader(memory, at, type, (int) crc.getValue());
    }

    /** Makes the record part of the journal. */
    public void publish() {
        LogSegment<G> s = segment();
        JournalFormat.publishWord(s.memory, at, JournalFormat.word(s.base() + at, bodyBytes, s.epoch()));
    }

    /** The generation the record belongs to. */
    public Generation<G> generation() {
        return segment().generation();
    }

    /** Where the record starts. */
    public long position() {
        return segment().base() + at;
    }

    /** Position behind the record. */
    public long end() {
        return position() + JournalFormat.recordBytes(bodyBytes);
    }

    private LogSegment<G> segment() {
        LogSegment<G> s = segment;
        if (s == null) {
            throw new AssertionError("nothing is claimed");
        }
        return s;
    }

    private ByteBuffer view() {
        ByteBuffer v = view;
        if (v == null) {
            throw new AssertionError("nothing is claimed");
        }
        return v;
    }
}
