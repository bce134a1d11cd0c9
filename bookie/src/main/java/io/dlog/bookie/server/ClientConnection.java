package io.dlog.bookie.server;

import io.dlog.protocol.MalformedFrameException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.ServerCodec;
import io.dlog.time.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: frames become requests, requests go to their handlers, answers go out.
 *
 * <p>While there is a {@link Pause reason to wait} nothing is read from the socket; frames that were cut already wait in
 * {@code held}, at most those of one socket read. So a client can't make the bookie hold more than its share, and a full log
 * buffer holds writers back instead of refusing them.
 *
 * <p>Thread: owned by the connection's event loop; {@link #answerFromOutside} and {@link #executeOnLoop} are safe.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** Reads of one connection that may wait for disks; above it the connection is not read from. */
    private static final int COLD_READS_MAX = 256;

    /** Why nothing is read from the socket; a bit each. */
    private static final class Pause {
        /** The log buffer is full. */
        static final int LOG_BUFFER_FULL = 1;
        /** The client does not fetch its answers. */
        static final int SLOW_CLIENT = 2;
        /** {@link #COLD_READS_MAX}. */
        static final int COLD_READS = 4;
        /** {@link AddReplies#IN_FLIGHT_MAX}. */
        static final int ADDS_IN_FLIGHT = 8;
    }

    private final RequestHandlers handlers;
    private final ServerMetrics metrics;
    private final Clock clock;
    private final AddReplies adds;
    private final ServerCodec codec = new ServerCodec();
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(0);
    private final Set<LongPoll> longPolls = new LinkedHashSet<>(0);
    /** Owned by {@link #startReads}, which gives the list away. */
    private List<ColdReads.ColdRead> readsToStart = new ArrayList<>(0);

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Request stalled;
    private int pauses;
    private int coldReads;
    private boolean isClosed;

    ClientConnection(RequestHandlers handlers, ServerMetrics metrics, Clock clock) {
        this.handlers = handlers;
        this.metrics = metrics;
        this.clock = clock;
        this.adds = new AddReplies(handlers.storage(), this, metrics);
    }

    Clock clock() {
        return clock;
    }

    ChannelHandlerContext context() {
        if (ctx == null) {
            throw new AssertionError("used before it was opened");
        }
        return ctx;
    }

    AddReplies adds() {
        return adds;
    }

    boolean isClosed() {
        return isClosed;
    }

    /** One request to one answer; takes the response. */
    ByteBuf encode(Response response) {
        return codec.encode(response, context().alloc());
    }

    /** Answers on the event loop; flushed when the socket read is done. */
    void answer(Response response) {
        if (response instanceof Response.Entry entry) {
            metrics.read(entry.status());
            if (entry.entry() != null) {
                metrics.readBytes.add(entry.entry().readableBytes());
            }
        }
        ChannelHandlerContext c = context();
        // A failed write closes the channel; nobody needs to hear of it here.
        ChannelFuture unused = c.write(encode(response), c.voidPromise());
    }

    /** Answers from any thread. */
    void answerFromOutside(Response response) {
        executeOnLoop(() -> {
            answer(response);
            context().flush();
        });
    }

    void executeOnLoop(Runnable task) {
        try {
            context().executor().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("answer dropped, the server is closed", e);
        }
    }

    /** Counts a read that goes to the disk; {@link #coldReadEnded} follows on this loop. */
    void coldReadStarted() {
        if (++coldReads >= COLD_READS_MAX) {
            pause(Pause.COLD_READS);
        }
    }

    void coldReadEnded() {
        if (--coldReads < COLD_READS_MAX / 2) {
            resume(Pause.COLD_READS);
        }
    }

    /** Keeps a read until the socket read ends, so that it goes to the disks with the others. */
    void startSoon(ColdReads.ColdRead read) {
        readsToStart.add(read);
    }

    /** Answers reads that were started together. */
    void coldReadsEnded(List<Response> answers) {
        for (Response response : answers) {
            answer(response);
        }
        context().flush();
        coldReads -= answers.size();
        if (coldReads < COLD_READS_MAX / 2) {
            resume(Pause.COLD_READS);
        }
    }

    private void startReads() {
        if (!readsToStart.isEmpty()) {
            List<ColdReads.ColdRead> reads = readsToStart;
            readsToStart = new ArrayList<>();
            handlers.cold().start(this, reads);
        }
    }

    void addsAnswered() {
        if (adds.count() < AddReplies.IN_FLIGHT_MAX / 2) {
            resume(Pause.ADDS_IN_FLIGHT);
        }
    }

    void longPollStarted(LongPoll poll) {
        longPolls.add(poll);
    }

    void longPollEnded(LongPoll poll) {
        longPolls.remove(poll);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf frame = (ByteBuf) message;
        if (isClosed) {
            frame.release();
        } else if (pauses != 0 || !held.isEmpty()) {
            held.add(frame);
        } else {
            serve(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        adds.askJournal();
        startReads();
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            resume(Pause.SLOW_CLIENT);
        } else {
            pause(Pause.SLOW_CLIENT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        isClosed = true;
        held.forEach(ByteBuf::release);
        held.clear();
        readsToStart.clear();
        if (stalled != null) {
            stalled.release();
            stalled = null;
        }
        adds.clear();
        for (LongPoll poll : Set.copyOf(longPolls)) {
            poll.cancel();
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection lost peer={}", context.channel().remoteAddress(), cause);
        } else {
            LOG.error(
                    "connection closed after a failure peer={}",
                    context.channel().remoteAddress(),
                    cause);
        }
        ChannelFuture unused = context.close();
    }

    private void serve(ByteBuf frame) {
        Request request;
        try {
            request = codec.decode(frame);
        } catch (MalformedFrameException e) {
            metrics.malformedFrames.increment();
            LOG.info(
                    "connection closed for a malformed frame peer={} reason={}",
                    context().channel().remoteAddress(),
                    e.getMessage());
            isClosed = true;
            ChannelFuture unused = context().close();
            return;
        } finally {
            frame.release();
        }
        metrics.received(request.kind());
        handle(request);
    }

    private void handle(Request request) {
        RequestHandlers.Progress progress = RequestHandlers.Progress.TAKEN;
        try {
            progress = handlers.handle(request, this);
        } catch (RuntimeException | Error e) {
            // Also when it comes from a resume, where the pipeline would not hear of it.
            isClosed = true;
            exceptionCaught(context(), e);
            return;
        } finally {
            if (progress == RequestHandlers.Progress.TAKEN) {
                request.release();
            }
        }
        if (progress == RequestHandlers.Progress.LOG_BUFFER_FULL) {
            stalled = request;
            metrics.pauses.increment();
            pause(Pause.LOG_BUFFER_FULL);
            // What was stored before must become durable, or the buffer never empties.
            adds.askJournal();
            handlers.storage().whenWritable(() -> executeOnLoop(() -> resume(Pause.LOG_BUFFER_FULL)));
        } else if (adds.count() >= AddReplies.IN_FLIGHT_MAX) {
            pause(Pause.ADDS_IN_FLIGHT);
        }
    }

    private void pause(int reason) {
        if (pauses == 0) {
            context().channel().config().setAutoRead(false);
        }
        pauses |= reason;
    }

    private void resume(int reason) {
        if ((pauses & reason) == 0 || isClosed) {
            return;
        }
        pauses &= ~reason;
        if (pauses == 0 && stalled != null) {
            Request request = stalled;
            stalled = null;
            handle(request);
        }
        while (pauses == 0 && !held.isEmpty() && !isClosed) {
            serve(held.remove());
        }
        adds.askJournal();
        startReads();
        context().flush();
        if (pauses == 0 && !isClosed) {
            context().channel().config().setAutoRead(true);
        }
    }
}
