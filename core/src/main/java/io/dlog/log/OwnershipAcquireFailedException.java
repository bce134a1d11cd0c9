package io.dlog.log;

/** Somebody else holds the log's write lock. Thread: immutable. */
public final class OwnershipAcquireFailedException extends DLException {
    private static final long serialVersionUID = 1;

    private final String currentOwner;

    public OwnershipAcquireFailedException(String logName, String currentOwner) {
        super(StatusCode.FOUND, "log " + logName + " is owned by " + currentOwner);
        this.currentOwner = currentOwner;
    }

    /** The owner's client id, as it stands in its lock node. */
    public String getCurrentOwner() {
        return currentOwner;
    }
}
