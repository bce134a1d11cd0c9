package io.dlog.log.record;

/** The bytes of an entry or record set are not what the format says. Thread: immutable. */
public final class InvalidEntryException extends Exception {
    private static final long serialVersionUID = 1;

    public InvalidEntryException(String message) {
        super(message);
    }

    public InvalidEntryException(String message, Throwable cause) {
        super(message, cause);
    }
}
