package io.dlog.bookie.server;

import io.dlog.bookie.ledger.LacWatcher;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One client that waits for a LAC: ended exactly once, by the LAC, the timer, the ledger's deletion, or the connection's end.
 *
 * <p>Thread: safe, because one flag decides what ends it, and the rest happens on the connection's event loop.
 */
final class LongPoll implements LacWatcher {
    private final Request.LongPollRead request;
    private final ClientConnection connection;
    private final LongPollReadHandler handler;
    private final AtomicBoolean isEnded = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> timer;

    LongPoll(Request.LongPollRead request, ClientConnection connection, LongPollReadHandler handler) {
        this.request = request;
        this.connection = connection;
        this.handler = handler;
    }

    Request.LongPollRead request() {
        return request;
    }

    /** On the event loop, before anything else. */
    void startTimer(long timeoutMillis) {
        connection.longPollStarted(this);
        timer = connection
                .context()
                .executor()
                .schedule(() -> endWithEvaluation(Response.UNSET), timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** It stands in the ledger's list now; if it ended meanwhile it must not stay there. */
    void watching() {
        if (isEnded.get()) {
            handler.unwatch(this);
        }
    }

    /** The LAC was past it from the start. */
    void passed() {
        endWithEvaluation(Response.UNSET);
    }

    @Override
    public void onLac(long lac) {
        endWithEvaluation(connection.clock().currentTimeMillis());
    }

    @Override
    public void onDeleted() {
        answer(LongPollReadHandler.refusal(request, StatusCode.NO_LEDGER));
    }

    /** Ends it with this answer. */
    void answer(Response response) {
        if (isEnded.compareAndSet(false, true)) {
            connection.executeOnLoop(() -> {
                cleanUp();
                connection.answer(response);
                connection.context().flush();
            });
        }
    }

    /** The connection is gone; on the event loop. */
    void cancel() {
        if (isEnded.compareAndSet(false, true)) {
            cleanUp();
        }
    }

    private void endWithEvaluation(long lacUpdateMillis) {
        if (isEnded.compareAndSet(false, true)) {
            connection.executeOnLoop(() -> {
                cleanUp();
                handler.evaluate(request, connection, lacUpdateMillis);
                connection.context().flush();
            });
        }
    }

    private void cleanUp() {
        if (timer != null) {
            timer.cancel(false);
        }
        connection.longPollEnded(this);
        handler.ended(this);
    }
}
