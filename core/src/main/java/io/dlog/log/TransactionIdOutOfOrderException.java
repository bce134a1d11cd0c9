package io.dlog.log;

/** A transaction id is lower than one already written. Thread: immutable. */
public final class TransactionIdOutOfOrderException extends DLException {
    private static final long serialVersionUID = 1;

    public TransactionIdOutOfOrderException(String message) {
        super(StatusCode.TRANSACTION_OUT_OF_ORDER, message);
    }

    public TransactionIdOutOfOrderException(String message, Throwable cause) {
        super(StatusCode.TRANSACTION_OUT_OF_ORDER, message, cause);
    }
}
