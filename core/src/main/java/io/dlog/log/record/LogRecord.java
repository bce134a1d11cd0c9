package io.dlog.log.record;

import org.jspecify.annotations.Nullable;

/**
 * A record as the application writes it.
 *
 * <p>Thread: immutable; the payload array is not copied, so don't change it after a write.
 */
public class LogRecord {
    /** Largest payload in bytes. */
    public static final int MAX_LOGRECORD_SIZE = 1024 * 1024 - 8 * 1024;

    /** Largest sum of record bytes in one entry. */
    public static final int MAX_LOGRECORDSET_SIZE = 1024 * 1024 - 4 * 1024;

    private final long transactionId;
    private final byte[] payload;
    private final boolean recordSet;

    /** An ordinary record. */
    public LogRecord(long transactionId, byte[] payload) {
        this(transactionId, payload, Kind.SINGLE);
    }

    public LogRecord(long transactionId, byte[] payload, Kind kind) {
        this.transactionId = transactionId;
        this.payload = payload;
        this.recordSet = kind == Kind.RECORD_SET;
    }

    /** Whether the payload is one record or several in {@code LogRecordSet} form. */
    public enum Kind {
        SINGLE,
        RECORD_SET
    }

    /** Chosen by the application, never decreasing within a log. */
    public long getTransactionId() {
        return transactionId;
    }

    /** The bytes; not a copy. */
    public byte[] getPayload() {
        return payload;
    }

    /** Whether the payload holds several records. */
    public boolean isRecordSet() {
        return recordSet;
    }

    @Override
    public String toString() {
        return "LogRecord{txid=" + transactionId + ", bytes=" + payload.length + "}";
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
