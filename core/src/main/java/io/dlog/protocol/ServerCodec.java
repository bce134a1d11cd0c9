package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The bookie's side of one connection: tells the wire versions apart and speaks the client's.
 *
 * <pre>
 *   V3 --- a frame that is no v3 request ---> V2, for good; the same frame is then read as v2
 * </pre>
 *
 * <p>A v3 frame begins with byte 0x0a, a v2 frame with its version; no frame is both. A client switches at most before its
 * first v2 request (Apache's does, after negotiating TLS in v3), so a switch while v3 requests wait for their answers is
 * malformed. To keep count, each decoded request must be answered through {@link #encode} exactly once, or the connection
 * closed.
 *
 * <p>v2 can't express every answer: to a failed authentication, or to an unauthenticated request other than an add or a read,
 * the server closes a v2 connection instead of answering.
 *
 * <p>Thread: owned by the connection's event loop.
 */
public final class ServerCodec {
    private final ProtobufCodec protobuf = new ProtobufCodec();
    private final BinaryCodec binary = new BinaryCodec();
    private WireVersion version = WireVersion.V3;
    private int unansweredV3Count;

    /** The version the client has spoken so far; {@link WireVersion#V3} before the first frame. */
    public WireVersion version() {
        return version;
    }

    /**
     * Reads one frame, without the length before it.
     *
     * @param frame borrowed; the request's buffer is a slice with a reference of its own
     * @throws MalformedFrameException when the connection must be closed
     */
    public Request decode(ByteBuf frame) throws MalformedFrameException {
        if (version == WireVersion.V2) {
            return binary.decodeRequest(frame);
        }
        try {
            Request request = protobuf.decodeRequest(frame);
            unansweredV3Count++;
            return request;
        } catch (MalformedFrameException noV3Request) {
            if (unansweredV3Count > 0) {
                throw noV3Request;
            }
            version = WireVersion.V2;
            return binary.decodeRequest(frame);
        }
    }

    /**
     * Writes one answer as a frame, the length before it included.
     *
     * @param response taken, with its buffers
     * @return owned by the caller; possibly composite
     */
    public ByteBuf encode(Response response, ByteBufAllocator allocator) {
        if (version == WireVersion.V2) {
            return binary.encodeResponse(response, allocator);
        }
        unansweredV3Count--;
        return protobuf.encodeResponse(response, allocator);
    }
}
