package io.dlog.bookie.journal;

import java.io.IOException;

/** A journal that cannot be trusted: the message names file and offset and says what to do. */
public final class JournalException extends IOException {
    private static final long serialVersionUID = 1;

    public JournalException(String message) {
        super(message);
    }
}
