package io.dlog.bookie.server;

import io.dlog.bookie.journal.WhenDurable;
import io.dlog.protocol.Response;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The answer that a client waits for, other than to an add ({@link AddReplies}). Given exactly once: {@link #close} answers
 * with the failure unless somebody answered before, so that no client waits for nothing.
 *
 * <p>Thread: safe, because one flag decides who answers, and the answer goes to the connection's event loop.
 */
final class Reply implements WhenDurable, AutoCloseable {
    /** What to do once the journal is as far as asked. */
    interface Continuation {
        /** Answers {@code reply}, now or later; on any thread, without blocking. */
        void proceed(Reply reply);
    }

    private final ClientConnection connection;
    private final Response failure;
    private final Continuation continuation;
    private final AtomicBoolean isAnswered = new AtomicBoolean();

    /**
     * @param failure told when nothing else was; holds no buffers
     * @param continuation what durability leads to
     */
    Reply(ClientConnection connection, Response failure, Continuation continuation) {
        this.connection = connection;
        this.failure = failure;
        this.continuation = continuation;
    }

    /** A reply that waits for no journal. */
    Reply(ClientConnection connection, Response failure) {
        this(connection, failure, Reply::close);
    }

    /** Answers; takes the response's buffers. */
    void send(Response response) {
        if (!isAnswered.compareAndSet(false, true)) {
            throw new AssertionError("answered twice response=" + response);
        }
        connection.answerFromOutside(response);
    }

    @Override
    public void onDurable() {
        continuation.proceed(this);
    }

    @Override
    public void onJournalFailed() {
        close();
    }

    @Override
    public void close() {
        if (isAnswered.compareAndSet(false, true)) {
            connection.answerFromOutside(failure);
        }
    }
}
