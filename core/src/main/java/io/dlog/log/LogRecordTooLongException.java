package io.dlog.log;

/** A record is larger than an entry may be. Thread: immutable. */
public final class LogRecordTooLongException extends DLException {
    private static final long serialVersionUID = 1;

    public LogRecordTooLongException(String message) {
        super(StatusCode.TOO_LARGE_RECORD, message);
    }

    public LogRecordTooLongException(String message, Throwable cause) {
        super(StatusCode.TOO_LARGE_RECORD, message, cause);
    }
}
