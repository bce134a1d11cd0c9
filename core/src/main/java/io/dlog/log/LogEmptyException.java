package io.dlog.log;

/** The log has no record. Thread: immutable. */
public final class LogEmptyException extends DLException {
    private static final long serialVersionUID = 1;

    public LogEmptyException(String message) {
        super(StatusCode.LOG_EMPTY, message);
    }

    public LogEmptyException(String message, Throwable cause) {
        super(StatusCode.LOG_EMPTY, message, cause);
    }
}
