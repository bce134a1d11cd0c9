package io.dlog.log.segment;

import io.dlog.log.LogSegmentInfo;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.EntryReader;
import java.util.Locale;

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

    /** A new segment in progress. */
    public static LogSegmentMetadata inProgress(long sequenceNo, long ledgerId, long firstTxId, int regionId) {
        return new LogSegmentMetadata(
                CURRENT_VERSION,
                ledgerId,
                true,
                sequenceNo,
                firstTxId,
                -1,
                0,
                0,
                -1,
                -1,
                Truncation.ACTIVE,
                0,
                0,
                -1,
                regionId,
                String.format(Locale.ROOT, "inprogress_%018d", sequenceNo));
    }

    /**
     * The same segment, completed.
     *
     * @param firstSequenceId sequence id of its first record, -1 when unknown
     */
    public LogSegmentMetadata completed(SegmentEnd end, long completedAtMillis, long firstSequenceId) {
        return new LogSegmentMetadata(
                version,
                ledgerId,
                false,
                sequenceNo,
                Math.min(firstTxId, end.lastTxId()),
                end.lastTxId(),
                completedAtMillis,
                end.recordCount(),
                end.lastEntryId(),
                end.lastSlotId(),
                truncation,
                minActiveEntryId,
                minActiveSlotId,
                firstSequenceId,
                regionId,
                String.format(Locale.ROOT, "logrecs_%018d", sequenceNo));
    }

    /** The same segment with another truncation status. */
    public LogSegmentMetadata truncated(Truncation status, long firstActiveEntryId, long firstActiveSlotId) {
        return new LogSegmentMetadata(
                version,
                ledgerId,
                isInProgress,
                sequenceNo,
                firstTxId,
                lastTxId,
                completionTimeMillis,
                recordCount,
                lastEntryId,
                lastSlotId,
                status,
                firstActiveEntryId,
                firstActiveSlotId,
                startSequenceId,
                regionId,
                name);
    }

    /** Position of the last record of a completed segment, which for an empty one is below that of any record. */
    public DLSN lastDLSN() {
        return isInProgress ? DLSN.InvalidDLSN : new DLSN(sequenceNo, lastEntryId, lastSlotId);
    }

    /** Position before which nothing of this segment may be read. */
    public DLSN minActiveDLSN() {
        return new DLSN(sequenceNo, minActiveEntryId, minActiveSlotId);
    }

    /** How the segment's entries are packed. */
    public EntryReader.Envelope envelope() {
        return version >= ENVELOPED_SINCE ? EntryReader.Envelope.ENVELOPED : EntryReader.Envelope.BARE;
    }

    /** What applications see of it. */
    public LogSegmentInfo info() {
        return new LogSegmentInfo(
                sequenceNo,
                ledgerId,
                isInProgress,
                firstTxId,
                lastTxId,
                lastDLSN(),
                recordCount,
                completionTimeMillis,
                startSequenceId,
                truncation,
                minActiveDLSN());
    }
}
