package io.dlog.transport;

import io.dlog.protocol.Response;

/** Whom a connection tells how a request ended: one of the two methods, once. */
public interface ResponseHandler {
    /** The bookie answered; the handler takes the response's buffers. */
    void onResponse(Response response);

    /** The bookie did not answer, and may or may not have carried the request out. */
    void onFailure(ConnectionFailure failure);
}
