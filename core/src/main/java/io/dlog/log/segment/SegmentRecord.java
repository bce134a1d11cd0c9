package io.dlog.log.segment;

import io.dlog.log.record.LogRecordWithDLSN;

/**
 * A record of a segment with what only the library wants to know. Thread: immutable.
 *
 * @param position number within the segment, from 1; of the end of the stream that of the last record before it
 * @param isEndOfStream whether it is the end of the stream and no record of the application
 */
public record SegmentRecord(LogRecordWithDLSN record, int position, boolean isEndOfStream) {}
