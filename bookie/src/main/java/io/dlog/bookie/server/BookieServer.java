package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.concurrent.Scheduler;
import io.dlog.metrics.Metrics;
import io.dlog.metrics.Metrics.Unit;
import io.dlog.protocol.FrameCodec;
import io.dlog.time.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for clients of the bookie protocol.
 *
 * <p>Thread: safe.
 */
public final class BookieServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BookieServer.class);

    /** The same marks as upstream: above the high one a connection's requests are left in its socket. */
    private static final WriteBufferWaterMark OUTBOUND_MARKS = new WriteBufferWaterMark(384 << 10, 512 << 10);

    private static final long STOP_SECONDS_MAX = 5;

    private final EventLoopGroup loops;
    private final ChannelGroup connections;
    private final Channel listener;

    private BookieServer(EventLoopGroup loops, ChannelGroup connections, Channel listener) {
        this.loops = loops;
        this.connections = connections;
        this.listener = listener;
    }

    /**
     * Listens and serves.
     *
     * @param address port 0 takes a free one
     * @throws IOException with one line that names the port, when it can't be had
     */
    public static BookieServer start(
            InetSocketAddress address,
            ServerSettings settings,
            LedgerStorage storage,
            HostedLedgers ledgers,
            DiskSpace disks,
            Scheduler scheduler,
            Metrics metrics)
            throws IOException {
        ServerMetrics counters = new ServerMetrics(metrics);
        Readers readers = new Readers(scheduler, settings.readerThreads(), settings.readsQueuedMax());
        RequestHandlers handlers = new RequestHandlers(storage, ledgers, readers, disks, settings, counters);
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        metrics.gauge("bookie_connections", Unit.NONE, "Clients connected.", connections::size);
        metrics.gauge("bookie_ledgers_in_hand", Unit.NONE, "Ledgers whose state is in memory.", ledgers::size);
        metrics.gauge("bookie_reads_queued", Unit.NONE, "Reads that wait for a disk.", readers::queued);
        EventLoopGroup loops =
                new NioEventLoopGroup(settings.loopThreads(), new DefaultThreadFactory("bookie-loop", true));
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, OUTBOUND_MARKS)
                .childHandler(new Connections(handlers, counters, scheduler.clock(), settings, connections));
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS)
                    .awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            throw new IOException(
                    "bookie port " + address.getPort() + " on " + address.getHostString() + " can't be used: "
                            + bound.cause().getMessage() + "; stop what listens there or change bookiePort",
                    bound.cause());
        }
        BookieServer server = new BookieServer(loops, connections, bound.channel());
        LOG.info("bookie listens address={}", server.address());
        return server;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Closes the listener and all connections; adds that were not acknowledged stay unanswered. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Sets each new connection up. Thread: safe, because it is shared and immutable. */
    @io.netty.channel.ChannelHandler.Sharable
    private static final class Connections extends ChannelInitializer<SocketChannel> {
        private final RequestHandlers handlers;
        private final ServerMetrics counters;
        private final Clock clock;
        private final ServerSettings settings;
        private final ChannelGroup connections;

        Connections(
                RequestHandlers handlers,
                ServerMetrics counters,
                Clock clock,
                ServerSettings settings,
                ChannelGroup connections) {
            this.handlers = handlers;
            this.counters = counters;
            this.clock = clock;
            this.settings = settings;
            this.connections = connections;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (connections.size() >= settings.connectionsMax()) {
                LOG.warn("connection refused, too many peer={} max={}", channel.remoteAddress(), connections.size());
                ChannelFuture unused = channel.close();
                return;
            }
            connections.add(channel);
            FrameCodec.install(channel.pipeline(), settings.frameSizeMax().bytesAsInt());
            channel.pipeline().addLast("requests", new ClientConnection(handlers, counters, clock));
        }
    }
}
