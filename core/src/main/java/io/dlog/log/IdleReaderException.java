package io.dlog.log;

/** A reader got nothing for longer than it may. Thread: immutable. */
public final class IdleReaderException extends DLException {
    private static final long serialVersionUID = 1;

    public IdleReaderException(String message) {
        super(StatusCode.RETRYABLE_READ, message);
    }

    public IdleReaderException(String message, Throwable cause) {
        super(StatusCode.RETRYABLE_READ, message, cause);
    }
}
