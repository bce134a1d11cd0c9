package io.dlog.log.record;

/** A record as a reader gets it. Thread: immutable. */
public final class LogRecordWithDLSN extends LogRecord {
    private final DLSN dlsn;
    private final long sequenceId;

    public LogRecordWithDLSN(DLSN dlsn, long transactionId, byte[] payload, Kind kind, long sequenceId) {
        super(transactionId, payload, kind);
        this.dlsn = dlsn;
        this.sequenceId = sequenceId;
    }

    /** Where the record lies. */
    public DLSN getDlsn() {
        return dlsn;
    }

    /** The record's number in the whole log, from 0 without holes; needs segment metadata of version 5. */
    public long getSequenceId() {
        return sequenceId;
    }

    @Override
    public String toString() {
        return "LogRecordWithDLSN{" + dlsn + ", txid=" + getTransactionId() + ", bytes=" + getPayload().length + "}";
    }
}
