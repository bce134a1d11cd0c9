package io.dlog.log;

import java.io.IOException;

/** Why an operation on a log failed. Thread: immutable. */
public class DLException extends IOException {
    private static final long serialVersionUID = 1;

    private final StatusCode code;

    public DLException(StatusCode code, String message) {
        super(message);
        this.code = code;
    }

    public DLException(StatusCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The reason as a number that travels. */
    public final StatusCode getCode() {
        return code;
    }
}
