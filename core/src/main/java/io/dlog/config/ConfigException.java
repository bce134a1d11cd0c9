package io.dlog.config;

/** A configuration that can't be used; the message is one line that says where, what, and what would be right. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
