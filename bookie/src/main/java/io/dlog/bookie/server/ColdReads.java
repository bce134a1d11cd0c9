package io.dlog.bookie.server;

import io.dlog.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a request to a reader thread and its answer back.
 *
 * <p>Thread: safe, because it holds no state of its own.
 */
final class ColdReads {
    private static final Logger LOG = LoggerFactory.getLogger(ColdReads.class);

    /** Reads that go to a reader thread as one task. */
    private static final int BUNCH_MAX = 16;

    /** What comes from the page cache takes a few microseconds. */
    private static final long SLOW_READ_NANOS = 50_000;

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

    /**
     * As {@link #submit}, for a read that came with others: they share a hand-over there and back, up to {@link #BUNCH_MAX}.
     * Only while the connection reads its socket, which {@link #start starts} them at the end.
     */
    void submitWithOthers(ClientConnection connection, Response failure, Response tooMany, Work work) {
        connection.coldReadStarted();
        metrics.coldReads.increment();
        connection.startSoon(new ColdRead(failure, tooMany, work));
    }

    /** A read on its way to a reader thread. Thread: immutable. */
    record ColdRead(Response failure, Response tooMany, Work work) {}

    /** Hands reads to the reader threads, spread over all of them. */
    void start(ClientConnection connection, List<ColdRead> reads) {
        int each = Math.max(1, Math.min(BUNCH_MAX, reads.size() / readers.threads()));
        for (int from = 0; from < reads.size(); from += each) {
            List<ColdRead> bunch = reads.subList(from, Math.min(reads.size(), from + each));
            if (!readers.offer(() -> run(connection, bunch), bunch.size())) {
                List<Response> refusals = new ArrayList<>(bunch.size());
                bunch.forEach(read -> refusals.add(read.tooMany()));
                deliver(connection, refusals);
            }
        }
    }

    private static void run(ClientConnection connection, List<ColdRead> bunch) {
        List<Response> answers = new ArrayList<>(bunch.size());
        long since = connection.clock().nanoTime();
        for (ColdRead read : bunch) {
            answers.add(answer(read));
            // An answer waits for the others of its bunch only as long as they come from the page cache.
            long now = connection.clock().nanoTime();
            if (now - since > SLOW_READ_NANOS) {
                deliver(connection, answers);
                answers = new ArrayList<>();
            }
            since = now;
        }
        deliver(connection, answers);
    }

    private static Response answer(ColdRead read) {
        try {
            return read.work().answer();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("read failed response={}", read.failure(), e);
            return read.failure();
        }
    }

    private static void deliver(ClientConnection connection, List<Response> answers) {
        if (!answers.isEmpty()) {
            connection.executeOnLoop(() -> connection.coldReadsEnded(answers));
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
