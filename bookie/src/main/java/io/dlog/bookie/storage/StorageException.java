package io.dlog.bookie.storage;

import java.io.IOException;

/** A disk did not give what it should: the message names file, offset, ledger and entry. */
public final class StorageException extends IOException {
    private static final long serialVersionUID = 1;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
