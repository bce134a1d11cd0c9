package io.dlog.transport;

/** Why a request has no answer. */
public enum ConnectionFailure {
    /** No connection could be made; the bookie never saw the request. */
    NOT_CONNECTED,
    /** The connection broke before the answer. */
    DISCONNECTED,
    /** No answer in time. */
    TIMEOUT,
    /** The client or the connection's owner was closed. */
    CLOSED
}
