package io.dlog.proxyclient.netty;

import io.dlog.proxyclient.transport.ProxyTransport.Service;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection to a listener. The first two bytes say what it speaks: {@code 80 01} begins a Thrift message,
 * and then frames are bare Thrift answered in order; anything else is Mux.
 *
 * <p>While {@link #IN_FLIGHT_MAX} requests wait for answers nothing more is read, so that a client cannot make the proxy
 * remember more; nor while answers wait for a client that does not read them. Thread: owned by the connection's event loop.
 */
final class MuxServerHandler extends SimpleChannelInboundHandler<ByteBuf> {
    private static final Logger LOG = LoggerFactory.getLogger(MuxServerHandler.class);

    /** Requests of one connection that wait for answers; at the bound reading stops until some are answered. */
    static final int IN_FLIGHT_MAX = 4096;

    private static final int DRAIN_TAG = 1;

    /** What a listener tells its connections when it closes. */
    enum Drain {
        DRAIN
    }

    private enum Language {
        UNKNOWN,
        MUX,
        FRAMED_THRIFT
    }

    private final Service service;
    /** Framed Thrift only: answers in the order of the calls. */
    private final ArrayDeque<CompletableFuture<byte[]>> ordered = new ArrayDeque<>();

    private Language language = Language.UNKNOWN;
    private int inFlight;
    /** The bound was met, and half of it is not yet free again. */
    private boolean full;

    private boolean draining;

    MuxServerHandler(Service service) {
        this.service = service;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
        if (language == Language.UNKNOWN) {
            boolean thrift = frame.readableBytes() >= 2 && frame.getUnsignedShort(frame.readerIndex()) == 0x8001;
            language = thrift ? Language.FRAMED_THRIFT : Language.MUX;
        }
        if (language == Language.FRAMED_THRIFT) {
            callInOrder(ctx, MuxFrame.rest(frame));
            return;
        }
        if (frame.readableBytes() < 4) {
            throw new CorruptedFrameException("mux frame of " + frame.readableBytes() + " bytes");
        }
        byte type = frame.readByte();
        int tag = frame.readUnsignedMedium();
        switch (type) {
            case MuxFrame.T_DISPATCH -> dispatch(ctx, tag, frame);
            case MuxFrame.T_PING -> MuxFrame.send(ctx, MuxFrame.empty(ctx.alloc(), MuxFrame.R_PING, tag));
            case MuxFrame.T_INIT -> MuxFrame.send(ctx, MuxFrame.init(ctx.alloc(), MuxFrame.R_INIT, tag));
            case MuxFrame.T_DRAIN -> MuxFrame.send(ctx, MuxFrame.empty(ctx.alloc(), MuxFrame.R_DRAIN, tag));
            case MuxFrame.R_ERR, MuxFrame.OLD_R_ERR -> echo(ctx, type, tag, frame);
            case MuxFrame.T_DISCARDED, MuxFrame.OLD_T_DISCARDED -> {
                // A record that is on its way to the bookies can't be called back; the answer just finds nobody.
            }
            case MuxFrame.R_DRAIN -> closeWhenIdle(ctx);
            default -> {
                if (type > 0) {
                    MuxFrame.send(ctx, MuxFrame.text(ctx.alloc(), MuxFrame.R_ERR, tag, "unknown message type " + type));
                }
            }
        }
    }

    /** The opening question, which a server that knows Tinit sends back as it came. */
    private static void echo(ChannelHandlerContext ctx, byte type, int tag, ByteBuf frame) {
        if (frame.readableBytes() == MuxFrame.TINIT_CHECK.length()
                && frame.toString(StandardCharsets.UTF_8).equals(MuxFrame.TINIT_CHECK)) {
            MuxFrame.send(ctx, MuxFrame.text(ctx.alloc(), type, tag, MuxFrame.TINIT_CHECK));
        }
    }

    private void dispatch(ChannelHandlerContext ctx, int tag, ByteBuf frame) {
        if (draining) {
            MuxFrame.send(ctx, MuxFrame.reply(ctx.alloc(), tag, MuxFrame.STATUS_NACK, new byte[0]));
            return;
        }
        MuxFrame.skipDispatchHead(frame);
        begin(ctx);
        var unused = apply(MuxFrame.rest(frame)).handle((reply, failure) -> {
            onLoop(ctx, () -> {
                byte[] message = reply == null ? text(failure) : reply;
                byte status = reply == null ? MuxFrame.STATUS_ERROR : MuxFrame.STATUS_OK;
                MuxFrame.send(ctx, MuxFrame.reply(ctx.alloc(), tag, status, message));
                end(ctx);
            });
            return null;
        });
    }

    private void callInOrder(ChannelHandlerContext ctx, byte[] message) {
        begin(ctx);
        CompletableFuture<byte[]> reply = apply(message);
        ordered.add(reply);
        var unused = reply.handle((bytes, failure) -> {
            onLoop(ctx, () -> flushOrdered(ctx));
            return null;
        });
    }

    private void flushOrdered(ChannelHandlerContext ctx) {
        while (true) {
            CompletableFuture<byte[]> head = ordered.peek();
            if (head == null || !head.isDone()) {
                return;
            }
            ordered.remove();
            if (head.isCompletedExceptionally()) {
                // Framed Thrift has no place for a transport error but the end of the connection.
                MuxFrame.close(ctx);
            } else {
                byte[] bytes = head.join();
                MuxFrame.send(
                        ctx,
                        ctx.alloc()
                                .buffer(4 + bytes.length)
                                .writeInt(bytes.length)
                                .writeBytes(bytes));
            }
            end(ctx);
        }
    }

    private CompletableFuture<byte[]> apply(byte[] message) {
        try {
            return service.apply(message);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static byte[] text(@Nullable Throwable failure) {
        return String.valueOf(failure).getBytes(StandardCharsets.UTF_8);
    }

    private static void onLoop(ChannelHandlerContext ctx, Runnable task) {
        if (ctx.executor().inEventLoop()) {
            task.run();
        } else {
            ctx.executor().execute(task);
        }
    }

    private void begin(ChannelHandlerContext ctx) {
        inFlight++;
        if (inFlight == IN_FLIGHT_MAX) {
            full = true;
            readWhenThereIsRoom(ctx);
        }
    }

    private void end(ChannelHandlerContext ctx) {
        inFlight--;
        if (full && inFlight < IN_FLIGHT_MAX / 2) {
            full = false;
            readWhenThereIsRoom(ctx);
        }
        if (draining && inFlight == 0) {
            closeWhenIdle(ctx);
        }
    }

    /** A request leaves {@link #inFlight} when its answer is written; what is not yet sent counts by the channel's marks. */
    private void readWhenThereIsRoom(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(!full && ctx.channel().isWritable());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readWhenThereIsRoom(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private void closeWhenIdle(ChannelHandlerContext ctx) {
        if (inFlight == 0) {
            var unused = ctx.writeAndFlush(ctx.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Drain.DRAIN) {
            onLoop(ctx, () -> drain(ctx));
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void drain(ChannelHandlerContext ctx) {
        draining = true;
        if (language == Language.MUX) {
            MuxFrame.send(ctx, MuxFrame.empty(ctx.alloc(), MuxFrame.T_DRAIN, DRAIN_TAG));
        }
        closeWhenIdle(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("proxy connection lost client={}", ctx.channel().remoteAddress(), cause);
        } else {
            LOG.warn(
                    "proxy connection closed because of what it sent client={} reason={}",
                    ctx.channel().remoteAddress(),
                    cause.toString());
        }
        MuxFrame.close(ctx);
    }
}
