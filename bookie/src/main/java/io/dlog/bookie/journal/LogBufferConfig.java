package io.dlog.bookie.journal;

import io.dlog.bookie.disk.FileSystem;

/**
 * How much memory the log buffer takes.
 *
 * @param totalBytes direct memory in all, taken segment by segment as it is needed; more of it makes fewer and larger
 *     flushes and serves more tail reads from memory
 * @param segmentBytes unit of allocation and reuse, a multiple of 4096; longer than the longest entry by at least 4096
 */
public record LogBufferConfig(long totalBytes, int segmentBytes) {
    /** Fewer segments would leave none to write to while others are flushed. */
    static final int SEGMENTS_MIN = 3;

    private static final int SEGMENT_BYTES_LEAST = 8 << 20;
    private static final int SEGMENT_BYTES_MOST = 64 << 20;

    public LogBufferConfig {
        if (segmentBytes < FileSystem.BLOCK_BYTES || segmentBytes % FileSystem.BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("segmentBytes is not a multiple of 4096: " + segmentBytes);
        }
        if (totalBytes < (long) SEGMENTS_MIN * segmentBytes) {
            throw new IllegalArgumentException(
                    "totalBytes is less than three segments: " + totalBytes + " segmentBytes=" + segmentBytes);
        }
    }

    /** A buffer of about {@code totalBytes} (at least 24 MiB) in segments of a fitting size. */
    public static LogBufferConfig ofTotal(long totalBytes) {
        long segment = Math.max(SEGMENT_BYTES_LEAST, Math.min(SEGMENT_BYTES_MOST, totalBytes / 16));
        int segmentBytes = (int) (segment & -FileSystem.BLOCK_BYTES);
        return new LogBufferConfig(Math.max(totalBytes, (long) SEGMENTS_MIN * segmentBytes), segmentBytes);
    }

    int segments() {
        return (int) Math.min(Integer.MAX_VALUE, totalBytes / segmentBytes);
    }

    /** A quarter of the buffer is flushed together, so that three quarters take what comes meanwhile. */
    int segmentsPerGeneration() {
        return Math.max(1, segments() / 4);
    }
}
