package io.dlog.protocol;

/**
 * A frame that no rule of the protocol lets anybody answer; the connection it came on must be closed.
 *
 * <p>Thread: immutable.
 */
public final class MalformedFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedFrameException(String message) {
        super(message);
    }
}
