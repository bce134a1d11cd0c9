package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The client's side of one connection, in the version chosen at construction.
 *
 * <p>Thread: owned by the connection's event loop.
 */
public final class ClientCodec {
    private final WireVersion version;
    private final ProtobufCodec protobuf = new ProtobufCodec();
    private final BinaryCodec binary = new BinaryCodec();

    public ClientCodec(WireVersion version) {
        this.version = version;
    }

    /** The version spoken on this connection. */
    public WireVersion version() {
        return version;
    }

    /** Whether a version can express a request without losing part of it. */
    public static boolean carries(WireVersion version, Request request) {
        return switch (version) {
            case V2 -> BinaryCodec.carries(request);
            case V3 -> ProtobufCodec.carries(request);
        };
    }

    /**
     * Writes one request as a frame, the length before it included.
     *
     * @param request taken, with its buffers
     * @return owned by the caller; possibly composite
     * @throws IllegalArgumentException when the version can't {@linkplain #carries carry} the request
     */
    public ByteBuf encode(Request request, ByteBufAllocator allocator) {
        return switch (version) {
            case V2 -> binary.encodeRequest(request, allocator);
            case V3 -> protobuf.encodeRequest(request, allocator);
        };
    }

    /**
     * Reads one answer, without the length before it. In v2 answers to adds, reads and authentication carry the version
     * byte for a request id.
     *
     * @param frame borrowed; the response's buffers are slices with references of their own
     * @throws MalformedFrameException when the connection must be closed
     */
    public Response decode(ByteBuf frame) throws MalformedFrameException {
        return switch (version) {
            case V2 -> binary.decodeResponse(frame);
            case V3 -> protobuf.decodeResponse(frame);
        };
    }
}
