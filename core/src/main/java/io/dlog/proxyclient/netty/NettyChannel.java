package io.dlog.proxyclient.netty;

import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's way to one proxy: at most one connection, made by the first call and after each loss by the next.
 *
 * <p>Calls that come while it connects wait, at most {@link #WAITING_MAX} of them. Thread: safe, because all state belongs
 * to one event loop.
 */
final class NettyChannel implements ProxyTransport.Channel {
    /** Calls that wait for the connection; one more fails at once as not sent. */
    static final int WAITING_MAX = 16 * 1024;

    /** Longest time for a TCP connection, however long the call may take. */
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);

    private final Bootstrap bootstrap;
    private final String address;
    private final EventLoop loop;
    private final ArrayDeque<PendingCall> waiting = new ArrayDeque<>();

    private @Nullable MuxClientHandler connection;
    private boolean connecting;
    private boolean closed;

    NettyChannel(Bootstrap bootstrap, String address, EventLoop loop) {
        this.bootstrap =
                bootstrap.group(loop).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_MAX.toMillis());
        this.address = address;
        this.loop = loop;
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request, Duration timeout) {
        PendingCall call = new PendingCall(request);
        long nanos = timeout.toNanos();
        loop.execute(() -> start(call, nanos));
        return call.reply;
    }

    private void start(PendingCall call, long timeoutNanos) {
        if (closed) {
            call.fail(Kind.NOT_SENT, "channel to " + address + " is closed", null);
            return;
        }
        call.timer = loop.schedule(() -> timeOut(call), timeoutNanos, TimeUnit.NANOSECONDS);
        MuxClientHandler current = connection;
        if (current != null && current.isOpen()) {
            current.send(call);
        } else if (waiting.size() >= WAITING_MAX) {
            call.fail(Kind.NOT_SENT, waiting.size() + " calls wait for a connection to " + address, null);
        } else {
            waiting.add(call);
            connect();
        }
    }

    private void timeOut(PendingCall call) {
        if (waiting.remove(call)) {
            call.fail(Kind.NOT_SENT, "no connection to " + address + " in time", null);
            return;
        }
        MuxClientHandler current = call.sentOn;
        if (current != null) {
            current.discard(call);
        }
        call.fail(Kind.TIMED_OUT, "no answer from " + address + " in time", null);
    }

    private void connect() {
        if (connecting) {
            return;
        }
        connecting = true;
        MuxClientHandler handler = new MuxClientHandler(address, this::onReady, this::onLost);
        ChannelFuture future = bootstrap
                .clone()
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(NettyTransport.frameDecoder(), handler);
                    }
                })
                .connect();
        future.addListener(done -> {
            if (!done.isSuccess()) {
                onFailed(done.cause());
            }
        });
    }

    /** The session is open: what waited can go. */
    private void onReady(MuxClientHandler handler) {
        connecting = false;
        if (closed) {
            handler.close();
            return;
        }
        connection = handler;
        for (PendingCall call = waiting.poll(); call != null; call = waiting.poll()) {
            handler.send(call);
        }
    }

    private void onLost(MuxClientHandler handler, @Nullable Throwable cause) {
        if (connection == handler) {
            connection = null;
        } else if (connecting && !handler.wasReady()) {
            onFailed(cause);
        }
    }

    private void onFailed(@Nullable Throwable cause) {
        connecting = false;
        for (PendingCall call = waiting.poll(); call != null; call = waiting.poll()) {
            call.fail(Kind.NOT_SENT, "cannot connect to " + address, cause);
        }
    }

    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            onFailed(null);
            MuxClientHandler current = connection;
            if (current != null) {
                current.close();
            }
        });
    }
}
