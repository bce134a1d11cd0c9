package io.dlog.bookie.journal;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Segments that are flushed together, and what their user keeps about them.
 *
 * <p>Thread: safe, because the list of segments is replaced whole by the log buffer and {@code contents} answers for itself.
 *
 * @param <G> what the user keeps
 */
public final class Generation<G> {
    private static final long OPEN = -1;

    private final long start;
    private final G contents;
    private volatile List<LogSegment<G>> segments = List.of();
    private volatile long end = OPEN;

    Generation(long start, G contents) {
        this.start = start;
        this.contents = contents;
    }

    /** Position of its first record. */
    public long start() {
        return start;
    }

    /** Position behind its last batch; only once it is closed. */
    public long end() {
        long position = end;
        if (position == OPEN) {
            throw new AssertionError("generation is still open start=" + start);
        }
        return position;
    }

    public G contents() {
        return contents;
    }

    /** Length of the body of the record at {@code position}. */
    public int bodyBytes(long position) {
        return segmentOf(position).bodyBytes(position);
    }

    /** CRC32C of the body of the record at {@code position}, computed when it was logged. */
    public int bodyCrc(long position) {
        return segmentOf(position).bodyCrc(position);
    }

    /** Appends the body of the record at {@code position} to {@code target}. */
    public void copyBody(long position, int bodyBytes, ByteBuf target) {
        segmentOf(position).copyBody(position, bodyBytes, target);
    }

    /** The body of the record at {@code position}; valid until the generation is released. */
    public ByteBuffer body(long position) {
        LogSegment<G> segment = segmentOf(position);
        return segment.body(position, segment.bodyBytes(position));
    }

    List<LogSegment<G>> segments() {
        return segments;
    }

    void segments(List<LogSegment<G>> replacement) {
        segments = List.copyOf(replacement);
    }

    void close(long endPosition) {
        end = endPosition;
    }

    private LogSegment<G> segmentOf(long position) {
        List<LogSegment<G>> all = segments;
        @Nullable LogSegment<G> found = null;
        for (int i = all.size() - 1; i >= 0 && found == null; i--) {
            if (position >= all.get(i).base()) {
                found = all.get(i);
            }
        }
        if (found == null) {
            throw new AssertionError("position outside its generation position=" + position + " start=" + start);
        }
        return found;
    }
}
