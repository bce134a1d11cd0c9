package io.dlog.ledger;

import io.netty.buffer.ByteBuf;

/**
 * The head of every stored entry. Bookies trust the ids in it; everything behind it is the client's.
 *
 * <pre>
 *   0         8         16                   24                        32
 *   ledger id | entry id | last add confirmed | data bytes up to here    | digest 0/4/8/20 | data
 * </pre>
 *
 * <p>Big-endian. Thread: no state. Source: BookKeeper entry format.
 */
public final class EntryHeader {
    /** Length in bytes; nothing shorter is an entry. */
    public static final int LENGTH = 32;

    private EntryHeader() {}

    /** The ledger an entry says it belongs to. */
    public static long ledgerId(ByteBuf entry) {
        return entry.getLong(entry.readerIndex());
    }

    /** The entry id an entry says it has. */
    public static long entryId(ByteBuf entry) {
        return entry.getLong(entry.readerIndex() + 8);
    }

    /** The last add confirmed when the entry was sent, {@code -1} for none. */
    public static long lastAddConfirmed(ByteBuf entry) {
        return entry.getLong(entry.readerIndex() + 16);
    }

    /** Data bytes of the ledger up to and including this entry. */
    public static long ledgerLength(ByteBuf entry) {
        return entry.getLong(entry.readerIndex() + 24);
    }
}
