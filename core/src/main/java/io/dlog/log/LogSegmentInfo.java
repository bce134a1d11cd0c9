package io.dlog.log;

import io.dlog.log.record.DLSN;

/**
 * A log segment as applications and tools see it. Thread: immutable.
 *
 * @param lastDLSN of a completed segment; {@link DLSN#InvalidDLSN} while in progress or when empty
 * @param recordCount of a completed segment
 * @param completionTimeMillis 0 while in progress
 */
public record LogSegmentInfo(
        long logSegmentSequenceNo,
        long ledgerId,
        boolean isInProgress,
        long firstTxId,
        long lastTxId,
        DLSN lastDLSN,
        int recordCount,
        long completionTimeMillis,
        long startSequenceId,
        Truncation truncation,
        DLSN minActiveDLSN) {
    /** How much of the segment was truncated away. */
    public enum Truncation {
        ACTIVE,
        PARTIALLY_TRUNCATED,
        TRUNCATED
    }
}
