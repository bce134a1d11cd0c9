package io.dlog.protocol;

/** The two encodings that share a bookie's port. */
public enum WireVersion {
    /** {@link BinaryCodec}: fixed layouts, adds and reads only. */
    V2,
    /** {@link ProtobufCodec}: all requests except batch reads. */
    V3
}
