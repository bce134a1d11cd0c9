package io.dlog.log;

/** No log can have that name. Thread: immutable. */
public final class InvalidStreamNameException extends DLException {
    private static final long serialVersionUID = 1;

    public InvalidStreamNameException(String message) {
        super(StatusCode.INVALID_STREAM_NAME, message);
    }

    public InvalidStreamNameException(String message, Throwable cause) {
        super(StatusCode.INVALID_STREAM_NAME, message, cause);
    }
}
