package io.dlog.proxyclient.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.CorruptedFrameException;
import java.nio.charset.StandardCharsets;

/**
 * Frames of the Mux session protocol, as far as a write proxy needs it.
 *
 * <pre>
 *   | length i32 | type i8 | tag u24 | body |              length counts what follows it
 *
 *   Tdispatch  2   contexts, destination, dtab, message     Rdispatch -2   status i8, contexts, message
 *   Tdrain    64   -                                        Rdrain   -64   -
 *   Tping     65   -                                        Rping    -65   -
 *   Tdiscarded 66  tag u24, why                             (none)
 *   Tinit     68   version i16, headers                     Rinit    -68   version i16, headers
 *   Rerr    -128   text; also 127, as first versions wrote it
 *
 *   contexts    = count u16, then key and value, each length u16, bytes
 *   destination = length u16, bytes       dtab = count u16, then two texts each, length u16, bytes
 *   status      = 0 ok, 1 error (text follows), 2 turned away, not carried out
 * </pre>
 *
 * <p>A client opens with Rerr, tag 1, {@code tinit check}, which comes back as it is; then Tinit. Thread: safe, because it
 * keeps nothing. Source: Finagle, "Mux" protocol specification.
 */
final class MuxFrame {
    static final byte T_DISPATCH = 2;
    static final byte R_DISPATCH = -2;
    static final byte T_DRAIN = 64;
    static final byte R_DRAIN = -64;
    static final byte T_PING = 65;
    static final byte R_PING = -65;
    static final byte T_DISCARDED = 66;
    static final byte T_INIT = 68;
    static final byte R_INIT = -68;
    static final byte R_DISCARDED = -66;
    static final byte R_ERR = -128;
    static final byte OLD_R_ERR = 127;
    static final byte OLD_T_DISCARDED = -62;

    static final byte STATUS_OK = 0;
    static final byte STATUS_ERROR = 1;
    static final byte STATUS_NACK = 2;

    static final int VERSION = 1;
    /** Tags are 23 bits; 0 is for one-way messages. */
    static final int TAG_MAX = (1 << 23) - 1;

    static final String TINIT_CHECK = "tinit check";
    static final int HEAD_BYTES = 8;

    private MuxFrame() {}

    /** A frame without a body. */
    static ByteBuf empty(ByteBufAllocator allocator, byte type, int tag) {
        return head(allocator, type, tag, 0);
    }

    /** A frame whose body is text. */
    static ByteBuf text(ByteBufAllocator allocator, byte type, int tag, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return head(allocator, type, tag, bytes.length).writeBytes(bytes);
    }

    /** Tinit or Rinit without headers. */
    static ByteBuf init(ByteBufAllocator allocator, byte type, int tag) {
        return head(allocator, type, tag, 2).writeShort(VERSION);
    }

    /** A call without contexts, to no destination. */
    static ByteBuf dispatch(ByteBufAllocator allocator, int tag, byte[] message) {
        return head(allocator, T_DISPATCH, tag, 6 + message.length)
                .writeShort(0)
                .writeShort(0)
                .writeShort(0)
                .writeBytes(message);
    }

    /** An answer. */
    static ByteBuf reply(ByteBufAllocator allocator, int tag, byte status, byte[] message) {
        return head(allocator, R_DISPATCH, tag, 3 + message.length)
                .writeByte(status)
                .writeShort(0)
                .writeBytes(message);
    }

    /** The client gave up waiting for {@code discarded}. */
    static ByteBuf discarded(ByteBufAllocator allocator, int discarded) {
        return head(allocator, T_DISCARDED, 0, 3).writeMedium(discarded);
    }

    private static ByteBuf head(ByteBufAllocator allocator, byte type, int tag, int bodyBytes) {
        return allocator
                .buffer(HEAD_BYTES + bodyBytes)
                .writeInt(4 + bodyBytes)
                .writeByte(type)
                .writeMedium(tag);
    }

    /** Moves the reader over contexts, destination and dtab, to the message. */
    static void skipDispatchHead(ByteBuf body) {
        skipContexts(body);
        skipText(body);
        int dtabs = unsignedShort(body);
        for (int i = 0; i < dtabs; i++) {
            skipText(body);
            skipText(body);
        }
    }

    /** Moves the reader over contexts. */
    static void skipContexts(ByteBuf body) {
        int contexts = unsignedShort(body);
        for (int i = 0; i < contexts; i++) {
            skipText(body);
            skipText(body);
        }
    }

    private static void skipText(ByteBuf body) {
        int length = unsignedShort(body);
        if (length > body.readableBytes()) {
            throw new CorruptedFrameException("length " + length + " but " + body.readableBytes() + " bytes left");
        }
        body.skipBytes(length);
    }

    private static int unsignedShort(ByteBuf body) {
        if (body.readableBytes() < 2) {
            throw new CorruptedFrameException("frame ends within its head");
        }
        return body.readUnsignedShort();
    }

    /** Sends a frame; a failure comes back as the pipeline's exception. */
    static void send(ChannelHandlerContext ctx, ByteBuf frame) {
        var unused = ctx.writeAndFlush(frame, ctx.voidPromise());
    }

    /** Closes the connection; {@code channelInactive} says when it is. */
    static void close(ChannelHandlerContext ctx) {
        var unused = ctx.close();
    }

    /** What is left of a frame. */
    static byte[] rest(ByteBuf body) {
        return ByteBufUtil.getBytes(body);
    }
}
