package io.dlog.proxy.stream;

import java.util.Set;

/**
 * Where a stream stands in this proxy.
 *
 * <pre>
 *   UNINITIALIZED ──► INITIALIZING ──► INITIALIZED ──► ERROR ──► BACKOFF ──► INITIALIZING
 *                          │                                        ▲
 *                          ├──► FAILED (owned elsewhere) ───────────┤
 *                          └──► ERROR (could not acquire) ──────────┘
 *   any of them ──► CLOSING ──► CLOSED
 * </pre>
 *
 * <p>Names and numbers are DistributedLog's.
 */
public enum StreamState {
    UNINITIALIZED(-1),
    /** The write lock is being taken and the log recovered; operations wait. */
    INITIALIZING(0),
    /** We own the stream. */
    INITIALIZED(1),
    /** Somebody else owns it. */
    FAILED(-2),
    /** Not before a while will we try again. */
    BACKOFF(-3),
    /** Operations are refused while the writer closes. */
    CLOSING(-4),
    CLOSED(-5),
    /** The writer failed and is being aborted. */
    ERROR(-6);

    private final int code;

    StreamState(int code) {
        this.code = code;
    }

    /** The number that metrics show. */
    public int code() {
        return code;
    }

    /** The states that may follow. */
    Set<StreamState> next() {
        return switch (this) {
            case UNINITIALIZED -> Set.of(INITIALIZING, CLOSING);
            case INITIALIZING -> Set.of(INITIALIZED, FAILED, ERROR, CLOSING);
            case INITIALIZED -> Set.of(ERROR, CLOSING);
            case FAILED, ERROR -> Set.of(BACKOFF, CLOSING);
            case BACKOFF -> Set.of(INITIALIZING, CLOSING);
            case CLOSING -> Set.of(CLOSED);
            case CLOSED -> Set.of();
        };
    }
}
