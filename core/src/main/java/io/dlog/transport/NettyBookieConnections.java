package io.dlog.transport;

import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.protocol.ClientCodec;
import io.dlog.protocol.Request;
import io.dlog.protocol.WireVersion;
import io.dlog.time.Clock;
import io.dlog.time.Randomness;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to bookies over TCP, with Netty's NIO transport. All share a few event loops.
 *
 * <p>To each bookie there are up to two TCP connections, one a wire version, each made when a request first needs it. The
 * configured version carries what it can; the other one the rest:
 *
 * <pre>
 *   configured V3    all but batch reads; those go over V2
 *   configured V2    adds, plain reads, batch reads; over V3 what V2 can't express, and
 *                    recovery adds and fencing reads, because V2 can't tell their answers from those of
 *                    a plain add or read of the same entry
 * </pre>
 *
 * <p>Authentication and TLS are not negotiated here: a bookie that asks for them refuses the requests.
 *
 * <p>After {@link #close} a request fails with {@link ConnectionFailure#CLOSED}, possibly on its sender's thread.
 *
 * <p>Thread: safe; each connection is owned by one event loop.
 */
public final class NettyBookieConnections implements BookieConnections {
    private static final long CLOSE_SECONDS_MAX = 5;
    private static final Logger log = LoggerFactory.getLogger(NettyBookieConnections.class);

    private final TransportConfig config;
    private final BookieAddresses addresses;
    private final Clock clock;
    private final Randomness randomness;
    private final NioEventLoopGroup loops;
    private final ConcurrentMap<BookieId, ToBookie> connections = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    /**
     * Starts the event loops; connects to nobody yet.
     *
     * @param endpoints where a bookie listens, asked before each attempt to connect; usually
     *     {@link io.dlog.metadata.BookieRegistry#endpoint}
     */
    public NettyBookieConnections(
            TransportConfig config,
            Function<BookieId, CompletableFuture<BookieEndpoint>> endpoints,
            Clock clock,
            Randomness randomness) {
        this.config = config;
        this.addresses = new BookieAddresses(endpoints);
        this.clock = clock;
        this.randomness = randomness;
        this.loops = new NioEventLoopGroup(config.ioThreads(), new DefaultThreadFactory("dlog-bookie-io", true));
    }

    @Override
    public BookieConnection to(BookieId bookie) {
        ToBookie known = connections.get(bookie);
        if (known != null) {
            return known;
        }
        ToBookie added = connections.computeIfAbsent(bookie, ToBookie::new);
        if (isClosed) {
            added.close();
        }
        return added;
    }

    @Override
    public void close() {
        isClosed = true;
        connections.values().forEach(ToBookie::close);
        addresses.close();
        var ended = loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        for (EventExecutor loop : loops) {
            if (loop.inEventLoop()) {
                return;
            }
        }
        if (!ended.awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
            log.warn("event loops still running seconds={}", CLOSE_SECONDS_MAX);
        }
    }

    /** The way to one bookie. Thread: safe, because it holds nothing that changes but a counter. */
    private final class ToBookie implements BookieConnection {
        private final BookieId bookie;
        private final AtomicLong lastRequestId = new AtomicLong();
        private final WireConnection v2;
        private final WireConnection v3;

        ToBookie(BookieId bookie) {
            this.bookie = bookie;
            this.v2 = wire(WireVersion.V2);
            this.v3 = wire(WireVersion.V3);
        }

        private WireConnection wire(WireVersion version) {
            return new WireConnection(bookie, version, config, addresses, loops.next(), clock, randomness);
        }

        @Override
        public BookieId bookie() {
            return bookie;
        }

        @Override
        public long nextRequestId() {
            return lastRequestId.incrementAndGet();
        }

        @Override
        public void send(Request request, ResponseHandler handler, long timeoutMillis) {
            WireConnection wire =
                    switch (versionFor(request)) {
                        case V2 -> v2;
                        case V3 -> v3;
                    };
            wire.send(request, handler, timeoutMillis);
        }

        @Override
        public boolean isWritable() {
            return v2.isWritable() && v3.isWritable();
        }

        void close() {
            v2.close();
            v3.close();
        }
    }

    private WireVersion versionFor(Request request) {
        WireVersion preferred = config.version();
        if (ClientCodec.carries(preferred, request) && !(preferred == WireVersion.V2 && isAmbiguousInV2(request))) {
            return preferred;
        }
        WireVersion other = preferred == WireVersion.V2 ? WireVersion.V3 : WireVersion.V2;
        if (!ClientCodec.carries(other, request)) {
            request.release();
            throw new IllegalArgumentException("no wire version can carry " + request.kind());
        }
        return other;
    }

    private static boolean isAmbiguousInV2(Request request) {
        return request instanceof Request.Add add
                ? add.isRecovery()
                : request instanceof Request.Read read && read.fenceKey() != null;
    }
}
