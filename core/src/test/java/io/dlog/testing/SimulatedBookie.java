package io.dlog.testing;

import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import java.util.function.Consumer;

/** What stands at the end of a simulated wire: a model of a bookie, or the production classes. */
public interface SimulatedBookie {
    /** Carries a request out, takes its buffers, and answers at some time or never. */
    void handle(Request request, Consumer<Response> reply);

    /** A client's new connection, on which requests come in order. A bookie to which connections are all one is its own. */
    default SimulatedBookie connect() {
        return this;
    }

    /** The connection is gone, as the bookie sees it; called on what {@link #connect} returned. */
    default void disconnect() {}
}
