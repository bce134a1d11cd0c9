package io.dlog.log;

/** There is no log of that name. Thread: immutable. */
public final class LogNotFoundException extends DLException {
    private static final long serialVersionUID = 1;

    public LogNotFoundException(String message) {
        super(StatusCode.LOG_NOT_FOUND, message);
    }

    public LogNotFoundException(String message, Throwable cause) {
        super(StatusCode.LOG_NOT_FOUND, message, cause);
    }
}
