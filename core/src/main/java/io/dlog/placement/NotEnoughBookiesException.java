package io.dlog.placement;

/** There are fewer bookies to choose from than are needed; the message gives both numbers. Thread: immutable. */
public final class NotEnoughBookiesException extends Exception {
    private static final long serialVersionUID = 1;

    public NotEnoughBookiesException(String message) {
        super(message);
    }
}
