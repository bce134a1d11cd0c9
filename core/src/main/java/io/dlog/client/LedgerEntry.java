package io.dlog.client;

import io.netty.buffer.ByteBuf;

/**
 * An entry as read, its digest verified.
 *
 * <p>Owns one reference of {@code data}; whoever takes the entry releases it, {@link #close} does.
 *
 * @param cumulativeLength data bytes of the ledger up to and with this entry
 * @param data the application's bytes
 */
public record LedgerEntry(long ledgerId, long entryId, long lastAddConfirmed, long cumulativeLength, ByteBuf data)
        implements AutoCloseable {
    /** The data as an array of its own; releases nothing. */
    public byte[] copyData() {
        byte[] bytes = new byte[data.readableBytes()];
        data.getBytes(data.readerIndex(), bytes);
        return bytes;
    }

    @Override
    public void close() {
        data.release();
    }
}
