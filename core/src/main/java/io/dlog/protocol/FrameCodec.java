package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what a connection receives into frames.
 *
 * <pre>
 *   length 4, big-endian, itself not counted | frame of that length
 * </pre>
 *
 * <p>A length below 1 or above the limit closes the connection as soon as it is read, before any memory is set aside for
 * such a frame, and nothing after it is read. Each frame goes to the next handler as a buffer of its own, which that
 * handler takes. Outgoing frames pass through: {@link ServerCodec} and {@link ClientCodec} write the length themselves,
 * into the buffer that holds the frame.
 *
 * <p>Thread: owned by the connection's event loop. Source: BookKeeper wire protocol, framing.
 */
public final class FrameCodec extends ByteToMessageDecoder {
    /** The limit on both sides of Apache's implementation unless configured otherwise. */
    public static final int FRAME_BYTES_MAX_DEFAULT = 5 * 1024 * 1024;

    /** After so many flushes in a row one is passed on even though more input is waiting. */
    private static final int FLUSHES_CONSOLIDATED_MAX = 1024;

    private static final Logger log = LoggerFactory.getLogger(FrameCodec.class);

    private final int frameBytesMax;
    private boolean isBroken;

    /** Frames longer than {@code frameBytesMax} close the connection. */
    public FrameCodec(int frameBytesMax) {
        if (frameBytesMax < 1) {
            throw new IllegalArgumentException("frame limit of " + frameBytesMax + " bytes");
        }
        this.frameBytesMax = frameBytesMax;
    }

    /** Puts flush consolidation and framing at the end of a pipeline, the same on both sides of the connection. */
    public static void install(ChannelPipeline pipeline, int frameBytesMax) {
        pipeline.addLast("flushes", new FlushConsolidationHandler(FLUSHES_CONSOLIDATED_MAX, true));
        pipeline.addLast("frames", new FrameCodec(frameBytesMax));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (isBroken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < Frames.PREFIX_LENGTH) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 1 || length > frameBytesMax) {
            log.warn(
                    "connection closed for a frame of impossible length peer={} length={} limit={}",
                    ctx.channel().remoteAddress(),
                    length,
                    frameBytesMax);
            isBroken = true;
            in.skipBytes(in.readableBytes());
            var unused = ctx.close();
            return;
        }
        if (in.readableBytes() >= Frames.PREFIX_LENGTH + length) {
            in.skipBytes(Frames.PREFIX_LENGTH);
            out.add(in.readRetainedSlice(length));
        }
    }
}
