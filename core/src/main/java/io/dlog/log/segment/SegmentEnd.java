package io.dlog.log.segment;

/**
 * Where a segment ends. Thread: immutable.
 *
 * @param lastTxId transaction id of the last record; {@link Long#MAX_VALUE} when that is the end of the stream
 * @param recordCount records of the application
 * @param lastEntryId entry of the last record that is no control record, -1 when there is none
 * @param lastSlotId slot of that record, -1 when there is none
 */
public record SegmentEnd(long lastTxId, int recordCount, long lastEntryId, long lastSlotId) {
    /** The end of a segment without records, which leaves the log's transaction ids where they were. */
    public static SegmentEnd empty(long lastTxIdBefore) {
        return new SegmentEnd(lastTxIdBefore, 0, -1, -1);
    }
}
