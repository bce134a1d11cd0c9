package io.dlog.transport;

import io.dlog.ledger.BookieId;
import io.dlog.protocol.Request;

/**
 * A way to one bookie.
 *
 * <p>Thread: safe; {@code handler} runs on the connection's thread, exactly once per request.
 */
public interface BookieConnection {
    /** Whom it leads to. */
    BookieId bookie();

    /** A request id that no unanswered request on this connection has. */
    long nextRequestId();

    /**
     * Sends a request and takes its buffers.
     *
     * @param handler told the answer, or why there is none
     * @param timeoutMillis after which the handler is told {@link ConnectionFailure#TIMEOUT}
     */
    void send(Request request, ResponseHandler handler, long timeoutMillis);

    /**
     * Whether the bookie keeps up. While it does not, what is sent piles up in this process; who can wait should.
     */
    default boolean isWritable() {
        return true;
    }
}
