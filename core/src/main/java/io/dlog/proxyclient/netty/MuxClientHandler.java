package io.dlog.proxyclient.netty;

import io.dlog.proxyclient.transport.TransportException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's end of one Mux session: opens it, gives each call a tag, matches the answers, answers pings, and stops taking
 * calls when the proxy drains.
 *
 * <p>A call that was given up keeps its tag until its answer comes, so that an old answer can't meet a new call. Thread:
 * owned by the connection's event loop.
 */
final class MuxClientHandler extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int OPENING_TAG = 1;
    /** Calls in flight on one connection, given-up ones included; one more fails as not sent. */
    private static final int IN_FLIGHT_MAX = 64 * 1024;

    private enum Phase {
        CHECKING,
        INITIALIZING,
        OPEN,
        DRAINING,
        CLOSED
    }

    private final String address;
    private final Consumer<MuxClientHandler> onReady;
    private final BiConsumer<MuxClientHandler, @Nullable Throwable> onLost;
    private final IntObjectMap<PendingCall> inFlight = new IntObjectHashMap<>();

    private @Nullable ChannelHandlerContext context;
    private Phase phase = Phase.CHECKING;
    private boolean ready;
    private int lastTag = OPENING_TAG;
    private @Nullable Throwable failure;

    MuxClientHandler(
            String address,
            Consumer<MuxClientHandler> onReady,
            BiConsumer<MuxClientHandler, @Nullable Throwable> onLost) {
        this.address = address;
        this.onReady = onReady;
        this.onLost = onLost;
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Whether the session was ever open. */
    boolean wasReady() {
        return ready;
    }

    void send(PendingCall call) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || phase != Phase.OPEN) {
            call.fail(Kind.NOT_SENT, "connection to " + address + " is going away", null);
            return;
        }
        if (inFlight.size() >= IN_FLIGHT_MAX) {
            call.fail(Kind.NOT_SENT, inFlight.size() + " calls are in flight to " + address, null);
            return;
        }
        call.tag = nextTag();
        call.sentOn = this;
        inFlight.put(call.tag, call);
        MuxFrame.send(ctx, MuxFrame.dispatch(ctx.alloc(), call.tag, call.request));
    }

    private int nextTag() {
        do {
            lastTag = lastTag == MuxFrame.TAG_MAX ? OPENING_TAG + 1 : lastTag + 1;
        } while (inFlight.containsKey(lastTag));
        return lastTag;
    }

    /** Tells the proxy that nobody waits any more. */
    void discard(PendingCall call) {
        ChannelHandlerContext ctx = context;
        if (ctx != null && inFlight.get(call.tag) == call) {
            MuxFrame.send(ctx, MuxFrame.discarded(ctx.alloc(), call.tag));
        }
    }

    void close() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            MuxFrame.close(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        MuxFrame.send(ctx, MuxFrame.text(ctx.alloc(), MuxFrame.OLD_R_ERR, OPENING_TAG, MuxFrame.TINIT_CHECK));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
        if (frame.readableBytes() < 4) {
            throw new CorruptedFrameException("mux frame of " + frame.readableBytes() + " bytes");
        }
        byte type = frame.readByte();
        int tag = frame.readUnsignedMedium();
        switch (type) {
            case MuxFrame.R_DISPATCH -> answer(tag, frame);
            case MuxFrame.R_INIT -> open();
            case MuxFrame.T_PING -> MuxFrame.send(ctx, MuxFrame.empty(ctx.alloc(), MuxFrame.R_PING, tag));
            case MuxFrame.T_DRAIN -> drain(ctx, tag);
            case MuxFrame.R_ERR, MuxFrame.OLD_R_ERR -> refused(ctx, tag, frame);
            case MuxFrame.R_DISCARDED -> inFlight.remove(tag);
            default -> {
                if (type > 0) {
                    MuxFrame.send(ctx, MuxFrame.text(ctx.alloc(), MuxFrame.R_ERR, tag, "unknown message type " + type));
                }
            }
        }
    }

    /** The echo of the opening question, or a call that the proxy could not read. */
    private void refused(ChannelHandlerContext ctx, int tag, ByteBuf frame) {
        if (phase == Phase.CHECKING && tag == OPENING_TAG) {
            phase = Phase.INITIALIZING;
            MuxFrame.send(ctx, MuxFrame.init(ctx.alloc(), MuxFrame.T_INIT, OPENING_TAG));
            return;
        }
        PendingCall call = inFlight.remove(tag);
        if (call != null) {
            call.fail(Kind.FAILED, address + " refused: " + frame.toString(StandardCharsets.UTF_8), null);
        }
    }

    private void open() {
        if (phase == Phase.INITIALIZING) {
            phase = Phase.OPEN;
            ready = true;
            onReady.accept(this);
        }
    }

    private void answer(int tag, ByteBuf frame) {
        if (!frame.isReadable()) {
            throw new CorruptedFrameException("answer without a status");
        }
        byte status = frame.readByte();
        MuxFrame.skipContexts(frame);
        PendingCall call = inFlight.remove(tag);
        if (call != null) {
            switch (status) {
                case MuxFrame.STATUS_OK -> call.succeed(MuxFrame.rest(frame));
                case MuxFrame.STATUS_NACK -> call.fail(Kind.NOT_SENT, address + " turned the call away", null);
                default -> call.fail(Kind.FAILED, address + " failed: " + frame.toString(StandardCharsets.UTF_8), null);
            }
        }
        closeWhenDrained();
    }

    private void drain(ChannelHandlerContext ctx, int tag) {
        MuxFrame.send(ctx, MuxFrame.empty(ctx.alloc(), MuxFrame.R_DRAIN, tag));
        if (phase == Phase.OPEN) {
            phase = Phase.DRAINING;
        }
        closeWhenDrained();
    }

    private void closeWhenDrained() {
        if (phase == Phase.DRAINING && inFlight.isEmpty()) {
            close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause;
        MuxFrame.close(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        phase = Phase.CLOSED;
        for (PendingCall call : inFlight.values()) {
            call.fail(Kind.LOST, "connection to " + address + " was lost", failure);
        }
        inFlight.clear();
        onLost.accept(this, failure);
    }
}
