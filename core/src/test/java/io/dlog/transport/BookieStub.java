package io.dlog.transport;

import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.protocol.FrameCodec;
import io.dlog.protocol.MalformedFrameException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.ServerCodec;
import io.dlog.protocol.WireVersion;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A bookie that does what the test says: it hands over each request and answers when told. */
final class BookieStub implements AutoCloseable {
    /** A request, where it came from and how to answer it. */
    record Received(Request request, WireVersion version, Channel channel, ServerCodec codec) {
        void answer(Response response) {
            channel.eventLoop().execute(() -> {
                var unused = channel.writeAndFlush(codec.encode(response, channel.alloc()));
            });
        }

        void answerRaw(byte[] bytes) {
            var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }

        void disconnect() {
            var unused = channel.close();
        }
    }

    final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
    private final Channel listening;

    BookieStub() {
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        FrameCodec.install(channel.pipeline(), FrameCodec.FRAME_BYTES_MAX_DEFAULT);
                        channel.pipeline().addLast(new Requests());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    BookieId id() {
        return new BookieId("127.0.0.1:" + port());
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    CompletableFuture<BookieEndpoint> endpoint() {
        return CompletableFuture.completedFuture(new BookieEndpoint(id(), "127.0.0.1", port()));
    }

    Received next() throws InterruptedException {
        Received next = received.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request within 10 s");
        }
        return next;
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        received.forEach(r -> r.request().release());
    }

    private final class Requests extends ChannelInboundHandlerAdapter {
        private final ServerCodec codec = new ServerCodec();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf frame = (ByteBuf) message;
            try {
                Request request = codec.decode(frame);
                received.add(new Received(request, codec.version(), ctx.channel(), codec));
            } catch (MalformedFrameException e) {
                var unused = ctx.close();
            } finally {
                frame.release();
            }
        }
    }
}
