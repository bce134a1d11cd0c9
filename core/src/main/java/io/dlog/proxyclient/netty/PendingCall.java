package io.dlog.proxyclient.netty;

import io.dlog.proxyclient.transport.TransportException;
import io.dlog.proxyclient.transport.TransportException.Kind;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call without its answer yet. Thread: owned by the channel's event loop, but for the future. */
final class PendingCall {
    final byte[] request;
    final CompletableFuture<byte[]> reply = new CompletableFuture<>();

    @Nullable
    ScheduledFuture<?> timer;

    /** Set once sent. */
    @Nullable
    MuxClientHandler sentOn;

    int tag;

    PendingCall(byte[] request) {
        this.request = request;
    }

    void succeed(byte[] bytes) {
        stopTimer();
        reply.complete(bytes);
    }

    void fail(Kind kind, String message, @Nullable Throwable cause) {
        stopTimer();
        reply.completeExceptionally(new TransportException(kind, message, cause));
    }

    private void stopTimer() {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }
}
