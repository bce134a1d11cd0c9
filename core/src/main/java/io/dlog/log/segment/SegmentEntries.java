package io.dlog.log.segment;

import io.dlog.client.LedgerEntry;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.EntryReader;
import io.dlog.log.record.EntryReader.RecordSets;
import io.dlog.log.record.InvalidEntryException;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordWithDLSN;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a ledger's entries into a segment's records.
 *
 * <p>Thread: immutable.
 *
 * @param sequenceIdBase sequence id of the segment's first record
 */
public record SegmentEntries(LogSegmentMetadata segment, long sequenceIdBase, RecordSets recordSets) {
    /** Sequence ids of a segment whose first one is unknown start here, above those of the segments before it. */
    public static long unknownSequenceIdBase(long segmentSequenceNo) {
        return Long.MIN_VALUE + (segmentSequenceNo << 32);
    }

    /** Records as readers of one segment alone see them: with the sequence ids that its metadata gives. */
    public static SegmentEntries of(LogSegmentMetadata segment) {
        long base = segment.startSequenceId() >= 0
                ? segment.startSequenceId()
                : unknownSequenceIdBase(segment.sequenceNo());
        return new SegmentEntries(segment, base, RecordSets.UNPACK);
    }

    /** The application's records and the end of stream of an entry, without control records; borrows the entry. */
    public List<SegmentRecord> records(LedgerEntry entry) throws InvalidEntryException {
        EntryReader reader = EntryReader.open(entry.data(), segment.envelope(), recordSets);
        List<SegmentRecord> records = new ArrayList<>();
        while (reader.next()) {
            if (reader.isControl()) {
                continue;
            }
            boolean isSet = reader.isRecordSet() && recordSets == RecordSets.KEEP;
            LogRecordWithDLSN record = new LogRecordWithDLSN(
                    new DLSN(segment.sequenceNo(), entry.entryId(), reader.slot()),
                    reader.transactionId(),
                    reader.payload(),
                    isSet ? LogRecord.Kind.RECORD_SET : LogRecord.Kind.SINGLE,
                    sequenceIdBase + reader.position() - 1);
            records.add(new SegmentRecord(record, reader.position(), reader.isEndOfStream()));
        }
        return records;
    }

    /** Transaction id of the entry's first record, of whatever kind; never decreases from entry to entry. */
    public long firstTransactionId(LedgerEntry entry) throws InvalidEntryException {
        EntryReader reader = EntryReader.open(entry.data(), segment.envelope(), recordSets);
        if (!reader.next()) {
            throw new InvalidEntryException("entry without records");
        }
        return reader.transactionId();
    }
}
