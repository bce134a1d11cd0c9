package io.dlog.log;

/** The log was marked as ended; no record can follow. Thread: immutable. */
public final class EndOfStreamException extends DLException {
    private static final long serialVersionUID = 1;

    public EndOfStreamException(String message) {
        super(StatusCode.END_OF_STREAM, message);
    }

    public EndOfStreamException(String message, Throwable cause) {
        super(StatusCode.END_OF_STREAM, message, cause);
    }
}
