package io.dlog.tools.console;

/** What a command could not do, in one line that says what to do about it. Thread: immutable. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
