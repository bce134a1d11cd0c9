package io.dlog.transport;

import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way: the task that carries it to the connection's event loop, then the element of the in-flight table
 * that waits for its answer. The only object a request costs here.
 *
 * <p>Thread: made by the sender, from then on owned by the connection's event loop.
 */
final class InFlightRequest implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(InFlightRequest.class);

    private final WireConnection connection;
    private final ResponseHandler handler;
    /** The request's own id, which its answer gets back. */
    final long requestId;
    /** By which the answer finds the request; see {@link InFlightRequests}. */
    final long keyHigh;

    final long keyLow;
    final Request.Kind kind;
    final long deadlineNanos;
    /** Next in the same bucket, or in a list that is being failed. */
    @Nullable
    InFlightRequest next;

    /** Until it is encoded; then its buffers are gone. */
    private @Nullable Request request;

    InFlightRequest(
            WireConnection connection,
            Request request,
            ResponseHandler handler,
            long keyHigh,
            long keyLow,
            long deadlineNanos) {
        this.connection = connection;
        this.request = request;
        this.handler = handler;
        this.requestId = request.requestId();
        this.keyHigh = keyHigh;
        this.keyLow = keyLow;
        this.kind = request.kind();
        this.deadlineNanos = deadlineNanos;
    }

    @Override
    public void run() {
        connection.transmit(this);
    }

    /** The request, to be encoded: once. */
    Request takeRequest() {
        Request taken = request;
        if (taken == null) {
            throw new AssertionError("request sent twice kind=" + kind + " id=" + requestId);
        }
        request = null;
        return taken;
    }

    void succeed(Response response) {
        try {
            handler.onResponse(response);
        } catch (RuntimeException | AssertionError e) {
            log.error("response handler failed bookie={} kind={} id={}", connection.bookie(), kind, requestId, e);
        }
    }

    void fail(ConnectionFailure failure) {
        Request unsent = request;
        if (unsent != null) {
            request = null;
            unsent.release();
        }
        try {
            handler.onFailure(failure);
        } catch (RuntimeException | AssertionError e) {
            log.error("response handler failed bookie={} kind={} id={}", connection.bookie(), kind, requestId, e);
        }
    }
}
