package io.dlog.proxyclient.protocol;

import java.io.IOException;

/** Bytes that are no message of this protocol. Thread: immutable. */
public final class MalformedMessageException extends IOException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super(message);
    }
}
