package io.dlog.bookie.server;

import io.dlog.bookie.journal.WhenDurable;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The adds of one connection that wait for the journal, in journal order.
 *
 * <pre>
 *   position  100 140 180 220 260      asked for 180 and 260: one callback a socket read
 *                        ^ durable     told once: 100, 140 and 180 are answered in one buffer, flushed once
 * </pre>
 *
 * <p>Four longs an entry in a ring that is reused; no object and no callback an entry. Every add that enters is answered once:
 * OK when durable, IO_ERROR when the journal failed, not at all when the connection is gone.
 *
 * <p>Bound: {@link #IN_FLIGHT_MAX} adds; when met, the connection is not read from.
 *
 * <p>Thread: owned by the connection's event loop; only the two atomics are set from the journal's thread.
 */
final class AddReplies {
    /** A thousand connections with full rings hold 2 GiB; one full ring is ten times what a journal batch takes. */
    static final int IN_FLIGHT_MAX = 1 << 16;

    private static final int INITIAL_CAPACITY = 64;
    private static final int FIELDS = 4;

    /** Length of an encoded answer, v2; v3 takes a little more and the buffer grows. */
    private static final int ANSWER_BYTES = 40;

    private final LedgerStorage storage;
    private final ClientConnection connection;
    private final ServerMetrics metrics;
    private final AtomicLong durable = new AtomicLong();
    private final AtomicBoolean isDrainComing = new AtomicBoolean();
    private volatile boolean isJournalFailed;

    /** Position, request id, ledger id, entry id, again and again. */
    private long[] ring = new long[INITIAL_CAPACITY * FIELDS];

    private int head;
    private int count;
    private long lastPosition;
    private long awaitedPosition;
    private long oldestArrivalNanos;

    AddReplies(LedgerStorage storage, ClientConnection connection, ServerMetrics metrics) {
        this.storage = storage;
        this.connection = connection;
        this.metrics = metrics;
    }

    int count() {
        return count;
    }

    /** Takes in an add that was stored at {@code position}. */
    void await(long position, long requestId, long ledgerId, long entryId) {
        if (position < lastPosition) {
            throw new AssertionError("journal went back position=" + position + " last=" + lastPosition);
        }
        if (count * FIELDS == ring.length) {
            grow();
        }
        if (count == 0) {
            oldestArrivalNanos = connection.clock().nanoTime();
        }
        int at = (head + count * FIELDS) & (ring.length - 1);
        ring[at] = position;
        ring[at + 1] = requestId;
        ring[at + 2] = ledgerId;
        ring[at + 3] = entryId;
        count++;
        lastPosition = position;
    }

    /** Asks the journal to tell when all adds taken in so far are durable; once a socket read. */
    void askJournal() {
        if (lastPosition > awaitedPosition) {
            awaitedPosition = lastPosition;
            storage.whenDurable(lastPosition, new Durable(this, lastPosition));
        }
    }

    /** Forgets all; the connection is gone. */
    void clear() {
        head = 0;
        count = 0;
    }

    /** One callback of the journal. Thread: safe. */
    private record Durable(AddReplies replies, long position) implements WhenDurable {
        @Override
        public void onDurable() {
            replies.durable.accumulateAndGet(position, Math::max);
            replies.drainSoon();
        }

        @Override
        public void onJournalFailed() {
            replies.isJournalFailed = true;
            replies.drainSoon();
        }
    }

    private void drainSoon() {
        if (isDrainComing.compareAndSet(false, true)) {
            connection.executeOnLoop(this::drain);
        }
    }

    private void drain() {
        isDrainComing.set(false);
        ChannelHandlerContext ctx = connection.context();
        // Read before the durable position: adds that were durable when the journal failed are answered as such.
        boolean isFailed = isJournalFailed;
        long upTo = durable.get();
        ByteBuf answers = null;
        while (count > 0) {
            boolean isDurable = ring[head] <= upTo;
            if (!isDurable && !isFailed) {
                break;
            }
            Response.Added added = new Response.Added(
                    ring[head + 1], isDurable ? StatusCode.OK : StatusCode.IO_ERROR, ring[head + 2], ring[head + 3]);
            ByteBuf frame = connection.encode(added);
            if (answers == null && count > 1) {
                answers = ctx.alloc().ioBuffer(count * ANSWER_BYTES);
            }
            if (answers == null) {
                answers = frame;
            } else {
                answers.writeBytes(frame);
                frame.release();
            }
            head = (head + FIELDS) & (ring.length - 1);
            count--;
        }
        if (answers == null) {
            return;
        }
        long now = connection.clock().nanoTime();
        metrics.addSeconds.record(now - oldestArrivalNanos);
        oldestArrivalNanos = now;
        ChannelFuture unused = ctx.writeAndFlush(answers, ctx.voidPromise());
        connection.addsAnswered();
    }

    private void grow() {
        long[] larger = new long[ring.length * 2];
        System.arraycopy(ring, head, larger, 0, ring.length - head);
        System.arraycopy(ring, 0, larger, ring.length - head, head);
        ring = larger;
        head = 0;
    }
}
