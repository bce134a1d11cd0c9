package io.dlog.proxyclient.netty;

import io.dlog.proxyclient.transport.ProxyTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mux on Netty; a listener also takes framed Thrift from clients that begin with it.
 *
 * <p>Thread: safe.
 */
public final class NettyTransport implements ProxyTransport {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

    /** How long {@link #close} waits for the threads to end. */
    private static final Duration CLOSE_WAIT_MAX = Duration.ofSeconds(5);

    private final EventLoopGroup group;

    /** @param threads that move bytes and run services' first steps, at least 1 */
    public NettyTransport(int threads) {
        this.group = new NioEventLoopGroup(threads, new DefaultThreadFactory("proxy-mux", true));
    }

    @Override
    public Listener listen(InetSocketAddress address, Service service) throws IOException {
        ChannelGroup connections = new DefaultChannelGroup("proxy-connections", GlobalEventExecutor.INSTANCE);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.add(channel);
                        channel.pipeline().addLast(frameDecoder(), new MuxServerHandler(service));
                    }
                });
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + "; is the port taken?",
                    bound.cause());
        }
        return new NettyListener(bound.channel(), connections);
    }

    @Override
    public Channel connect(String host, int port) {
        return new NettyChannel(
                new Bootstrap()
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .remoteAddress(InetSocketAddress.createUnresolved(host, port)),
                host + ":" + port,
                group.next());
    }

    @Override
    public void close() {
        boolean ended = group.shutdownGracefully(0, CLOSE_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_WAIT_MAX.toMillis());
        if (!ended) {
            LOG.warn("transport threads did not end in time waited={}", CLOSE_WAIT_MAX);
        }
    }

    /** Splits the stream into frames and drops the length; a frame over the limit ends the connection. */
    static LengthFieldBasedFrameDecoder frameDecoder() {
        return new LengthFieldBasedFrameDecoder(MESSAGE_BYTES_MAX, 0, 4, 0, 4, true);
    }

    /** A bound address. Thread: safe. */
    private record NettyListener(io.netty.channel.Channel channel, ChannelGroup connections) implements Listener {
        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }

        @Override
        public void close(Duration grace) {
            channel.close().awaitUninterruptibly();
            connections.forEach(
                    connection -> connection.pipeline().fireUserEventTriggered(MuxServerHandler.Drain.DRAIN));
            if (!connections.newCloseFuture().awaitUninterruptibly(grace.toMillis())) {
                LOG.info("cutting connections that did not end connections={} grace={}", connections.size(), grace);
                connections.close().awaitUninterruptibly();
            }
        }
    }
}
