package io.dlog.bookie.server;

import io.dlog.protocol.Response;

/**
 * Takes a request to a reader thread and its answer back.
 *
 * <p>Thread: safe, because it holds no state of its own.
 */
final class ColdReads {
    private final Readers readers;
    private final ServerMetrics metrics;

    ColdReads(Readers readers, ServerMetrics metrics) {
        this.readers = readers;
        this.metrics = metrics;
    }

    /** Makes the answer to a request; may block. */
    interface Work {
        Response answer();
    }

    /**
     * Answers on the event loop what {@code work} finds out on a reader thread.
     *
     * @param failure told when the work throws; holds no buffers
     * @param tooMany told when too many reads wait; holds no buffers
     */
    void submit(ClientConnection connection, Response failure, Response tooMany, Work work) {
        connection.coldReadStarted();
        metrics.coldReads.increment();
        Reply reply = new Reply(connection, failure);
        if (!offer(reply, connection, work)) {
            connection.coldReadEnded();
            reply.send(tooMany);
        }
    }

    /** The same for a reply that exists already, from any thread. */
    void submit(ClientConnection connection, Reply reply, Response tooMany, Work work) {
        connection.executeOnLoop(connection::coldReadStarted);
        metrics.coldReads.increment();
        if (!offer(reply, connection, work)) {
            connection.executeOnLoop(connection::coldReadEnded);
            reply.send(tooMany);
        }
    }

    /** Runs something that answers by itself. */
    boolean offer(Runnable task) {
        return readers.offer(task);
    }

    private boolean offer(Reply reply, ClientConnection connection, Work work) {
        return readers.offer(() -> {
            try (reply) {
                reply.send(work.answer());
            } finally {
                connection.executeOnLoop(connection::coldReadEnded);
            }
        });
    }
}
