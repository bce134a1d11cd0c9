package io.dlog.bookie.testing;

import io.dlog.client.ClientConfig;
import io.dlog.concurrent.Lane;
import io.dlog.protocol.ClientCodec;
import io.dlog.protocol.MalformedFrameException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.protocol.WireVersion;
import io.dlog.testing.SimulatedBookie;
import io.dlog.testing.SimulatedRandomness;
import io.dlog.time.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One client's connection to the production server: requests become bytes, cut anywhere, and bytes become answers.
 *
 * <pre>
 *   request → ClientCodec → bytes → FrameCodec, ClientConnection, handlers → bytes → ClientCodec → answer
 * </pre>
 *
 * <p>Thread: owned by the simulation's thread; the channel is used on {@code loop} only.
 */
final class EmbeddedConnection implements SimulatedBookie {
    private static final int LENGTH_BYTES = 4;

    private final EmbeddedChannel channel;
    private final Lane loop;
    private final Clock clock;
    private final SimulatedRandomness random;
    private final Promises promises;
    private final WireVersion version;
    private final boolean recoveryReadsFence;
    private final ClientCodec codec;
    private final ByteBuf inbound = Unpooled.buffer();
    private final List<Sent> unanswered = new ArrayList<>();
    private final ByteBuf outbound = Unpooled.buffer();
    private long channelNanos;
    private long wakeAtNanos = Long.MAX_VALUE;
    private boolean isPumpComing;
    private boolean isClosed;

    private record Sent(
            Request.Kind kind, long requestId, long ledgerId, long entryId, boolean fences, Consumer<Response> reply) {}

    /** What a connection has from its machine. Thread: immutable. */
    record Host(Lane loop, Clock clock, SimulatedRandomness random, Promises promises, BookieFlaw flaw) {}

    EmbeddedConnection(EmbeddedChannel channel, Host host, WireVersion version) {
        this.channel = channel;
        this.loop = host.loop();
        this.clock = host.clock();
        this.random = host.random();
        this.promises = host.promises();
        this.recoveryReadsFence = host.flaw() != BookieFlaw.RECOVERY_READ_DOES_NOT_FENCE;
        this.version = version == WireVersion.V2 ? WireVersion.V2 : WireVersion.V3;
        this.codec = new ClientCodec(this.version);
        this.channelNanos = clock.nanoTime();
    }

    @Override
    public void handle(Request request, Consumer<Response> reply) {
        if (isClosed) {
            request.release();
            return;
        }
        unanswered.add(sent(request, reply));
        ByteBuf frame = codec.encode(withFlaw(request), UnpooledByteBufAllocator.DEFAULT);
        inbound.writeBytes(frame);
        frame.release();
        pumpSoon();
    }

    private Request withFlaw(Request request) {
        return request instanceof Request.Read read && read.entryId() >= 0 && !recoveryReadsFence
                ? new Request.Read(read.requestId(), read.ledgerId(), read.entryId(), null, read.priority())
                : request;
    }

    private Sent sent(Request request, Consumer<Response> reply) {
        if (request instanceof Request.Add add) {
            promises.sent(add.ledgerId(), add.entryId(), ByteBufUtil.getBytes(add.entry()));
            return new Sent(request.kind(), request.requestId(), add.ledgerId(), add.entryId(), false, reply);
        }
        if (request instanceof Request.Read read) {
            boolean fences = read.fenceKey() != null;
            return new Sent(request.kind(), request.requestId(), read.ledgerId(), read.entryId(), fences, reply);
        }
        return new Sent(request.kind(), request.requestId(), -1, -1, false, reply);
    }

    /** Has the channel's tasks run soon, when there are any. */
    void pumpIfBusy() {
        if (!isClosed && channel.hasPendingTasks()) {
            pumpSoon();
        }
    }

    private void pumpSoon() {
        if (!isPumpComing) {
            isPumpComing = true;
            loop.execute(() -> {
                isPumpComing = false;
                pump();
            });
        }
    }

    private void pump() {
        if (isClosed) {
            return;
        }
        long now = clock.nanoTime();
        channel.advanceTimeBy(now - channelNanos, TimeUnit.NANOSECONDS);
        channelNanos = now;
        feed();
        channel.runPendingTasks();
        channel.checkException();
        if (!channel.isActive()) {
            throw new AssertionError("the server closed a connection that did nothing wrong");
        }
        takeOutbound();
        long untilNext = channel.runScheduledPendingTasks();
        if (untilNext >= 0 && now + untilNext < wakeAtNanos) {
            wakeAtNanos = now + untilNext;
            Lane.Timer unused = loop.schedule(
                    () -> {
                        wakeAtNanos = Long.MAX_VALUE;
                        pump();
                    },
                    Duration.ofNanos(untilNext));
        }
    }

    /** What one read of the socket brings: all that has arrived, or as much as the seed says. */
    private void feed() {
        int arrived = inbound.readableBytes();
        if (arrived > 0) {
            int bytes = random.oneIn(4) ? random.between(1, arrived) : arrived;
            channel.writeInbound(Unpooled.copiedBuffer(inbound.readSlice(bytes)));
            inbound.discardReadBytes();
            if (inbound.isReadable()) {
                pumpSoon();
            }
        }
    }

    private void takeOutbound() {
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            outbound.writeBytes(bytes);
            bytes.release();
        }
        while (outbound.readableBytes() >= LENGTH_BYTES) {
            int length = outbound.getInt(outbound.readerIndex());
            if (outbound.readableBytes() < LENGTH_BYTES + length) {
                return;
            }
            outbound.skipBytes(LENGTH_BYTES);
            ByteBuf frame = Unpooled.copiedBuffer(outbound.readSlice(length));
            try {
                answer(codec.decode(frame));
            } catch (MalformedFrameException e) {
                throw new AssertionError("the server sent what its client can't read", e);
            } finally {
                frame.release();
            }
        }
        outbound.discardReadBytes();
    }

    private void answer(Response response) {
        for (Iterator<Sent> i = unanswered.iterator(); i.hasNext(); ) {
            Sent sent = i.next();
            if (isAnswer(sent, response)) {
                i.remove();
                note(sent, response);
                sent.reply().accept(withRequestId(response, sent.requestId()));
                return;
            }
        }
        throw new AssertionError("an answer that nobody asked for: " + response);
    }

    private boolean isAnswer(Sent sent, Response response) {
        if (version == WireVersion.V3) {
            return sent.requestId() == response.requestId();
        }
        if (response instanceof Response.Added added) {
            return sent.kind() == Request.Kind.ADD
                    && sent.ledgerId() == added.ledgerId()
                    && sent.entryId() == added.entryId();
        }
        return response instanceof Response.Entry entry
                && sent.kind() == Request.Kind.READ
                && sent.ledgerId() == entry.ledgerId()
                && sent.entryId() == entry.entryId();
    }

    private void note(Sent sent, Response response) {
        if (sent.kind() == Request.Kind.ADD && response.status() == StatusCode.OK) {
            promises.acknowledged(sent.ledgerId(), sent.entryId());
        }
        boolean isCertain = response.status() == StatusCode.OK
                || response.status() == StatusCode.NO_ENTRY
                || response.status() == StatusCode.NO_LEDGER;
        if (sent.fences() && isCertain) {
            promises.fenced(sent.ledgerId());
        }
    }

    private static Response withRequestId(Response response, long requestId) {
        if (response instanceof Response.Added added) {
            return new Response.Added(requestId, added.status(), added.ledgerId(), added.entryId());
        }
        if (response instanceof Response.Entry e) {
            return new Response.Entry(
                    requestId, e.status(), e.ledgerId(), e.entryId(), e.entry(), e.maxLac(), e.lacUpdateMillis());
        }
        return response;
    }

    /** The machine is gone: nothing goes out any more. */
    void kill() {
        isClosed = true;
        inbound.clear();
        unanswered.clear();
    }

    @Override
    public void disconnect() {
        loop.execute(() -> {
            if (!isClosed) {
                pump();
                kill();
                var unused = channel.close();
                channel.runPendingTasks();
                channel.releaseOutbound();
            }
        });
    }
}
