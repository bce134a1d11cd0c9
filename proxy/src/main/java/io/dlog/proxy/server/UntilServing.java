package io.dlog.proxy.server;

import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.proxy.limit.InFlightLimit;
import io.dlog.proxyclient.transport.ProxyTransport;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Takes a proxy's requests before it serves: they wait for the service, as many as the limit allows. One more is answered
 * SERVICE_UNAVAILABLE, which sends the client to another proxy.
 *
 * <p>Thread: safe, because it is a future and a limit.
 */
public final class UntilServing implements ProxyTransport.Service {
    private final InFlightLimit waiting;
    private final CompletableFuture<WriteProxyService> service = new CompletableFuture<>();

    /** @param waiting requests that may wait, and their bytes */
    public UntilServing(InFlightLimit waiting) {
        this.waiting = waiting;
    }

    /** What waits, and what comes, goes to the service. */
    public void serve(WriteProxyService ready) {
        service.complete(ready);
    }

    /** New requests are refused; those that still wait fail. */
    public void stop() {
        WriteProxyService serving = service.getNow(null);
        if (serving != null) {
            serving.stop();
        } else {
            service.completeExceptionally(new IOException("write proxy stopped before it served"));
        }
    }

    @Override
    public CompletableFuture<byte[]> apply(byte[] request) {
        WriteProxyService serving = service.isDone() && !service.isCompletedExceptionally() ? service.join() : null;
        if (serving != null) {
            return serving.apply(request);
        }
        if (!waiting.tryEnter(request.length)) {
            return CompletableFuture.completedFuture(WriteProxyService.refuse(
                    request,
                    new DLException(
                            StatusCode.SERVICE_UNAVAILABLE,
                            "this proxy starts, and " + waiting.requests() + " requests wait for it already")));
        }
        return service.whenComplete((ready, failure) -> waiting.leave(request.length))
                .thenCompose(ready -> ready.apply(request));
    }
}
