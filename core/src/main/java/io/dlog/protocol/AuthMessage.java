package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One step of authentication, protobuf in both wire versions: {@code {1: plugin name, 2: payload}}, both required.
 *
 * <p>Thread: immutable.
 */
final class AuthMessage {
    private static final int PLUGIN = 1;
    private static final int PAYLOAD = 2;

    final String plugin;
    final byte[] payload;

    private AuthMessage(String plugin, byte[] payload) {
        this.plugin = plugin;
        this.payload = payload;
    }

    static AuthMessage read(ProtobufReader in) throws MalformedFrameException {
        @Nullable String plugin = null;
        byte @Nullable [] payload = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            if (tag == (PLUGIN << 3 | ProtobufReader.LENGTH_DELIMITED)) {
                plugin = in.string();
            } else if (tag == (PAYLOAD << 3 | ProtobufReader.LENGTH_DELIMITED)) {
                payload = in.bytes();
            } else {
                in.skip(tag);
            }
        }
        if (plugin == null || payload == null) {
            throw new MalformedFrameException("authentication without plugin or payload");
        }
        return new AuthMessage(plugin, payload);
    }

    static int size(byte[] plugin, byte[] payload) {
        return ProtobufWriter.bytesFieldSize(PLUGIN, plugin.length)
                + ProtobufWriter.bytesFieldSize(PAYLOAD, payload.length);
    }

    static void write(ByteBuf out, byte[] plugin, byte[] payload) {
        ProtobufWriter.writeBytesField(out, PLUGIN, plugin);
        ProtobufWriter.writeBytesField(out, PAYLOAD, payload);
    }
}
