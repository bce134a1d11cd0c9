package io.dlog.log;

/** The position asked for was truncated away. Thread: immutable. */
public final class AlreadyTruncatedTransactionException extends DLException {
    private static final long serialVersionUID = 1;

    public AlreadyTruncatedTransactionException(String message) {
        super(StatusCode.TRUNCATED_TRANSACTION, message);
    }

    public AlreadyTruncatedTransactionException(String message, Throwable cause) {
        super(StatusCode.TRUNCATED_TRANSACTION, message, cause);
    }
}
