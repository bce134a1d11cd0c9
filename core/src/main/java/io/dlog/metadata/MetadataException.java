package io.dlog.metadata;

/** The metadata store refused or could not answer. */
public final class MetadataException extends Exception {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Reason {
        /** Somebody else changed the value first. */
        BAD_VERSION,
        /** There is no such node. */
        NOT_FOUND,
        /** There is one already. */
        EXISTS,
        /** The store could not be asked, or its answer was lost; the change may or may not have happened. */
        UNAVAILABLE,
        /** What the store holds can't be read. */
        MALFORMED
    }

    private final Reason reason;

    public MetadataException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public MetadataException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
