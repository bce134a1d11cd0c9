package io.dlog.log;

/** There is a log of that name already. Thread: immutable. */
public final class LogExistsException extends DLException {
    private static final long serialVersionUID = 1;

    public LogExistsException(String message) {
        super(StatusCode.LOG_EXISTS, message);
    }

    public LogExistsException(String message, Throwable cause) {
        super(StatusCode.LOG_EXISTS, message, cause);
    }
}
