package io.dlog.transport;

/** Why a request has no answer. */
public enum ConnectionFailure {
    /** No connection could be made; the bookie never saw the request. */
    NOT_CONNECTED,
    /** As many requests wait for answers as are allowed; the bookie never saw this one. */
    TOO_MANY_IN_FLIGHT,
    /** The connection broke before the answer. */
    DISCONNECTED,
    /** No answer in time. */
    TIMEOUT,
    /** The client or the connection's owner was closed. */
    CLOSED
}
