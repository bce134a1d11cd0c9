package io.dlog.bookie;

/** A disk that is not this bookie's, or not all of it; the message is one line and says what to do. */
public final class CookieException extends Exception {
    private static final long serialVersionUID = 1;

    CookieException(String message) {
        super(message);
    }

    CookieException(String message, Throwable cause) {
        super(message, cause);
    }
}
