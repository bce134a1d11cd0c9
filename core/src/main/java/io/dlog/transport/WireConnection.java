package io.dlog.transport;

import io.dlog.ledger.BookieId;
import io.dlog.protocol.ClientCodec;
import io.dlog.protocol.FrameCodec;
import io.dlog.protocol.MalformedFrameException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.WireVersion;
import io.dlog.time.Clock;
import io.dlog.time.Randomness;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection to a bookie in one wire version, made when the first request is sent and again after it broke.
 *
 * <pre>
 *   IDLE ----- first request -----> CONNECTING ----- connected -----> CONNECTED
 *    ^  ^                               |                                 |
 *    |  '------- channel closed --------|---------------------------------'   waiting answers: DISCONNECTED
 *    |                                  | failed                              unsent requests: NOT_CONNECTED
 *    '------ pause over <------ BACKING_OFF    requests meanwhile: NOT_CONNECTED at once
 *
 *   any ----- close ------> CLOSED             requests: CLOSED
 * </pre>
 *
 * <p>The pause doubles with each attempt until a bookie answers a request, so that one which accepts connections and drops
 * them is left alone too. Requests without an answer are looked for every sweep interval; there is no timer per request.
 *
 * <p>Thread: owned by its event loop; {@link #send} and {@link #isWritable} are safe from any thread.
 */
final class WireConnection {
    private enum State {
        IDLE,
        CONNECTING,
        CONNECTED,
        BACKING_OFF,
        CLOSED
    }

    /** Bytes a frame may have around an entry; v3 needs at most about a hundred. */
    private static final int FRAME_OVERHEAD_BYTES_MAX = 256;

    /** Longer timeouts are cut to this, about 35 years, so that deadlines don't overflow. */
    private static final long TIMEOUT_MILLIS_MAX = 1L << 40;

    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    private final BookieId bookie;
    private final WireVersion version;
    private final TransportConfig config;
    private final BookieAddresses addresses;
    private final EventLoop loop;
    private final Clock clock;
    private final Randomness randomness;

    private final InFlightRequests inFlight;
    private final ArrayDeque<InFlightRequest> unsent = new ArrayDeque<>();
    private State state = State.IDLE;
    private @Nullable Channel channel;
    private ClientCodec codec;
    /** Tells the current attempt to connect from earlier ones whose results come late. */
    private int attempt;

    private int failuresInARow;
    private long connectDeadlineNanos;
    private long retryAtNanos;
    private boolean isSweepPending;
    private volatile boolean isWritable = true;

    WireConnection(
            BookieId bookie,
            WireVersion version,
            TransportConfig config,
            BookieAddresses addresses,
            EventLoop loop,
            Clock clock,
            Randomness randomness) {
        this.bookie = bookie;
        this.version = version;
        this.config = config;
        this.addresses = addresses;
        this.loop = loop;
        this.clock = clock;
        this.randomness = randomness;
        this.inFlight = new InFlightRequests(version, config.inFlightMax());
        this.codec = new ClientCodec(version);
    }

    BookieId bookie() {
        return bookie;
    }

    /**
     * False while more is waiting to be sent than the high water mark, until less than the low one is; and while the
     * in-flight table is nearly full, until it is half empty.
     */
    boolean isWritable() {
        return isWritable;
    }

    /** Sends a request and takes its buffers; see {@link BookieConnection#send}. */
    void send(Request request, ResponseHandler handler, long timeoutMillis) {
        if (request instanceof Request.Add add
                && add.entry().readableBytes() > config.frameBytesMax() - FRAME_OVERHEAD_BYTES_MAX) {
            int length = add.entry().readableBytes();
            request.release();
            throw new IllegalArgumentException("entry too long for a frame ledger=" + add.ledgerId() + " entry="
                    + add.entryId() + " length=" + length + " frameBytesMax=" + config.frameBytesMax());
        }
        InFlightRequest sent = new InFlightRequest(
                this,
                request,
                handler,
                InFlightRequests.keyHigh(version, request),
                InFlightRequests.keyLow(version, request),
                clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMillis, TIMEOUT_MILLIS_MAX)));
        if (loop.inEventLoop()) {
            transmit(sent);
            return;
        }
        try {
            loop.execute(sent);
        } catch (RejectedExecutionException loopHasEnded) {
            sent.fail(ConnectionFailure.CLOSED);
        }
    }

    /** Writes a request, or keeps it until there is a connection. */
    void transmit(InFlightRequest sent) {
        if (state == State.BACKING_OFF && clock.nanoTime() - retryAtNanos >= 0) {
            enter(State.IDLE, "pause over");
        }
        switch (state) {
            case CONNECTED -> write(sent);
            case IDLE -> {
                unsent.add(sent);
                connect();
            }
            case CONNECTING -> {
                if (unsent.size() < config.inFlightMax()) {
                    unsent.add(sent);
                } else {
                    sent.fail(ConnectionFailure.TOO_MANY_IN_FLIGHT);
                }
            }
            case BACKING_OFF -> sent.fail(ConnectionFailure.NOT_CONNECTED);
            case CLOSED -> sent.fail(ConnectionFailure.CLOSED);
        }
    }

    private void write(InFlightRequest sent) {
        Channel open = channel;
        if (open == null) {
            throw new AssertionError("connected without a channel bookie=" + bookie);
        }
        if (inFlight.isFull()) {
            sent.fail(ConnectionFailure.TOO_MANY_IN_FLIGHT);
            return;
        }
        ByteBuf frame = codec.encode(sent.takeRequest(), open.alloc());
        inFlight.add(sent);
        if (isWritable && inFlight.isNearlyFull()) {
            isWritable = false;
        }
        armSweep();
        // A failed write reaches exceptionCaught through the void promise, which closes the connection.
        var unused = open.writeAndFlush(frame, open.voidPromise());
    }

    // ---- connecting

    private void connect() {
        enter(State.CONNECTING, "first request");
        attempt++;
        int thisAttempt = attempt;
        connectDeadlineNanos = clock.nanoTime() + config.connectTimeout().toNanos();
        armSweep();
        var unused = addresses
                .find(bookie)
                .whenComplete((address, failure) -> execute(() -> {
                    if (attempt != thisAttempt || state != State.CONNECTING) {
                        return;
                    }
                    if (failure != null) {
                        connectFailed("address unknown", failure);
                    } else {
                        open(address, thisAttempt);
                    }
                }));
    }

    private void open(InetSocketAddress address, int thisAttempt) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(config.connectTimeout().toMillis(), Integer.MAX_VALUE))
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                config.limits().writeLowBytes(), config.limits().writeHighBytes()))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        FrameCodec.install(opened.pipeline(), config.frameBytesMax());
                        opened.pipeline().addLast("answers", new Answers());
                    }
                });
        ChannelFuture connected = bootstrap.connect(address);
        connected.addListener(done -> {
            boolean isCurrent = attempt == thisAttempt && state == State.CONNECTING;
            if (!isCurrent) {
                var unused = connected.channel().close();
            } else if (done.isSuccess()) {
                connected(connected.channel());
            } else {
                connectFailed("connect failed", done.cause());
            }
        });
    }

    private void connected(Channel opened) {
        channel = opened;
        codec = new ClientCodec(version);
        enter(State.CONNECTED, "connected");
        isWritable = opened.isWritable();
        for (InFlightRequest sent = unsent.poll(); sent != null; sent = unsent.poll()) {
            // A handler told of a failure may have closed this connection meanwhile.
            transmit(sent);
        }
    }

    private void connectFailed(String reason, @Nullable Throwable cause) {
        LOG.warn(
                "no connection to bookie bookie={} reason={} failures={} cause={}",
                bookie,
                reason,
                failuresInARow + 1,
                String.valueOf(cause));
        backOff(reason);
        failUnsent(ConnectionFailure.NOT_CONNECTED);
    }

    private void backOff(String reason) {
        attempt++;
        long pause = config.backoffMin().toMillis();
        for (int i = 0; i < failuresInARow && pause < config.backoffMax().toMillis(); i++) {
            pause *= 2;
        }
        pause = Math.min(pause, config.backoffMax().toMillis());
        failuresInARow++;
        // Half of it is random, so that many clients don't come back at once.
        long pauseMillis = pause - randomness.nextInt((int) Math.min(pause / 2 + 1, Integer.MAX_VALUE));
        retryAtNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        enter(State.BACKING_OFF, reason);
    }

    private void failUnsent(ConnectionFailure failure) {
        int waiting = unsent.size();
        for (int i = 0; i < waiting; i++) {
            InFlightRequest sent = unsent.poll();
            if (sent != null) {
                sent.fail(failure);
            }
        }
    }

    // ---- the end of a channel

    private void disconnected(Channel ended) {
        if (channel != ended) {
            return;
        }
        channel = null;
        isWritable = true;
        if (failuresInARow > 0) {
            backOff("channel closed before an answer");
        } else {
            failuresInARow = 1;
            enter(State.IDLE, "channel closed");
        }
        failAll(inFlight.removeAll(), ConnectionFailure.DISCONNECTED);
    }

    /** Closes for good; tells every waiting request. */
    void close() {
        execute(() -> {
            if (state == State.CLOSED) {
                return;
            }
            enter(State.CLOSED, "closed by owner");
            attempt++;
            Channel open = channel;
            channel = null;
            if (open != null) {
                var unused = open.close();
            }
            failUnsent(ConnectionFailure.CLOSED);
            failAll(inFlight.removeAll(), ConnectionFailure.CLOSED);
        });
    }

    private void execute(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            LOG.debug("event loop has ended bookie={}", bookie);
        }
    }

    private static void failAll(@Nullable InFlightRequest first, ConnectionFailure failure) {
        InFlightRequest sent = first;
        while (sent != null) {
            InFlightRequest following = sent.next;
            sent.next = null;
            sent.fail(failure);
            sent = following;
        }
    }

    private void enter(State next, String reason) {
        LOG.debug(
                "bookie connection changed bookie={} version={} from={} to={} reason={}",
                bookie,
                version,
                state,
                next,
                reason);
        state = next;
    }

    private void updateWritable() {
        Channel open = channel;
        boolean hasRoom = isWritable ? !inFlight.isNearlyFull() : inFlight.isHalfEmpty();
        isWritable = open == null || (open.isWritable() && hasRoom);
    }

    // ---- timeouts

    private void armSweep() {
        if (!isSweepPending) {
            isSweepPending = true;
            var unused =
                    loop.schedule(this::sweep, config.limits().sweepInterval().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void sweep() {
        isSweepPending = false;
        long now = clock.nanoTime();
        if (state == State.CONNECTING && now - connectDeadlineNanos >= 0) {
            connectFailed("connect timeout", null);
        }
        int waiting = unsent.size();
        for (int i = 0; i < waiting; i++) {
            InFlightRequest sent = unsent.poll();
            if (sent != null && now - sent.deadlineNanos >= 0) {
                sent.fail(ConnectionFailure.NOT_CONNECTED);
            } else if (sent != null) {
                unsent.add(sent);
            }
        }
        InFlightRequest expired = inFlight.removeExpired(now);
        updateWritable();
        failAll(expired, ConnectionFailure.TIMEOUT);
        if (inFlight.count() > 0 || !unsent.isEmpty() || state == State.CONNECTING) {
            armSweep();
        }
    }

    // ---- answers

    /** The end of the pipeline. Thread: owned by the event loop. */
    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf frame = (ByteBuf) message;
            try {
                answer(codec.decode(frame));
            } catch (MalformedFrameException e) {
                LOG.warn("connection closed for a malformed answer bookie={} reason={}", bookie, e.getMessage());
                var unused = ctx.close();
            } finally {
                frame.release();
            }
        }

        private void answer(Response response) {
            InFlightRequest sent = inFlight.remove(response);
            if (sent == null) {
                response.release();
                return;
            }
            failuresInARow = 0;
            if (!isWritable) {
                updateWritable();
            }
            sent.succeed(version == WireVersion.V2 ? withRequestId(response, sent.requestId) : response);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            updateWritable();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            disconnected(ctx.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.warn("connection to bookie failed bookie={} cause={}", bookie, cause.toString());
            var unused = ctx.close();
        }
    }

    /** A v2 answer has no room for the request's id, but whoever asked knows it. */
    private static Response withRequestId(Response response, long id) {
        if (response instanceof Response.Added added) {
            return new Response.Added(id, added.status(), added.ledgerId(), added.entryId());
        }
        if (response instanceof Response.Entry read) {
            return new Response.Entry(
                    id,
                    read.status(),
                    read.ledgerId(),
                    read.entryId(),
                    read.entry(),
                    read.maxLac(),
                    read.lacUpdateMillis());
        }
        if (response instanceof Response.Auth auth) {
            return new Response.Auth(id, auth.status(), auth.plugin(), auth.payload());
        }
        return response;
    }
}
