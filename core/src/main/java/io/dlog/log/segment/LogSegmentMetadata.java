package io.dlog.log.segment;

import io.dlog.log.LogSegmentInfo.Truncation;

/**
 * What the metadata store says about one log segment. Thread: immutable. Bytes: {@code LogSegmentMetadataCodec}.
 *
 * @param version layout version, 1 to 5; 5 is written
 * @param ledgerId the ledger that holds it
 * @param isInProgress whether it may still grow; then the fields from {@code lastTxId} to {@code recordCount} are not set
 * @param sequenceNo number of the segment within the log
 * @param firstTxId transaction id of the first record, or the one it was opened for
 * @param recordCount records of the application, without control records
 * @param minActiveEntryId first entry that is not truncated
 * @param startSequenceId sequence id of the first record, -1 when unknown
 * @param regionId region of the writer, 0 when none is encoded
 * @param name name of its node, below {@code ledgers}
 */
public record LogSegmentMetadata(
        int version,
        long ledgerId,
        boolean isInProgress,
        long sequenceNo,
        long firstTxId,
        long lastTxId,
        long completionTimeMillis,
        int recordCount,
        long lastEntryId,
        long lastSlotId,
        Truncation truncation,
        long minActiveEntryId,
        long minActiveSlotId,
        long startSequenceId,
        int regionId,
        String name) {
    /** The layout version that is written. */
    public static final int CURRENT_VERSION = 5;

    /** First layout version whose entries are in an envelope. */
    public static final int ENVELOPED_SINCE = 4;
}
