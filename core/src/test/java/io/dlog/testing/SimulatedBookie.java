package io.dlog.testing;

import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import java.util.function.Consumer;

/** What stands at the end of a simulated wire: a model of a bookie, or the production classes. */
public interface SimulatedBookie {
    /** Carries a request out, takes its buffers, and answers at some time or never. */
    void handle(Request request, Consumer<Response> reply);
}
