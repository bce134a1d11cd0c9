package io.dlog.proxyclient.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call got no answer. Thread: immutable. */
public final class TransportException extends IOException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    public TransportException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What became of the request. */
    public Kind kind() {
        return kind;
    }

    /** What became of a request that got no answer. */
    public enum Kind {
        /** It certainly was not carried out: no connection, or the proxy turned it away. */
        NOT_SENT,
        /** The connection was lost; it may have been carried out. */
        LOST,
        /** No answer in time; it may have been, or may yet be, carried out. */
        TIMED_OUT,
        /** The proxy said that it failed. */
        FAILED
    }
}
