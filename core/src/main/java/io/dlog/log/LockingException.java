package io.dlog.log;

/** The write lock could not be taken or was lost. Thread: immutable. */
public final class LockingException extends DLException {
    private static final long serialVersionUID = 1;

    public LockingException(String message) {
        super(StatusCode.LOCKING_EXCEPTION, message);
    }

    public LockingException(String message, Throwable cause) {
        super(StatusCode.LOCKING_EXCEPTION, message, cause);
    }
}
