package io.dlog.client;

import io.dlog.ledger.DigestType;
import io.dlog.ledger.EntryDigest;
import io.dlog.ledger.EntryHeader;
import io.dlog.protocol.MasterKey;
import io.dlog.protocol.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What one ledger's password is good for: sealing entries, opening them again, and the key that bookies ask for.
 *
 * <p>Thread: safe, as its parts are.
 *
 * @param entries how entries are packed and checked
 * @param masterKey proves to bookies that the client may write and fence
 */
record LedgerDigest(EntryDigest entries, MasterKey masterKey) {
    static LedgerDigest of(DigestType type, byte[] password) {
        return new LedgerDigest(EntryDigest.of(type, password), MasterKey.ofPassword(password));
    }

    /** Packs an entry; takes {@code data}. */
    ByteBuf seal(long ledgerId, long entryId, long lastAddConfirmed, long cumulativeLength, ByteBuf data) {
        return entries.pack(ByteBufAllocator.DEFAULT, ledgerId, entryId, lastAddConfirmed, cumulativeLength, data);
    }

    /**
     * Opens an entry and takes {@code packet}; null when it is not what was asked for, or damaged.
     *
     * @param entryId expected entry, or {@link ReadAttempt#LAST_ENTRY} for any
     */
    @Nullable
    LedgerEntry open(long ledgerId, long entryId, ByteBuf packet) {
        EntryDigest.Check check = entryId == ReadAttempt.LAST_ENTRY
                ? entries.checkAnyEntry(packet, ledgerId)
                : entries.check(packet, ledgerId, entryId);
        if (check != EntryDigest.Check.OK || EntryHeader.entryId(packet) < 0) {
            packet.release();
            return null;
        }
        return new LedgerEntry(
                ledgerId,
                EntryHeader.entryId(packet),
                EntryHeader.lastAddConfirmed(packet),
                EntryHeader.ledgerLength(packet),
                entries.data(packet));
    }

    /** Last add confirmed of an explicit-LAC packet, {@link Response#UNSET} when damaged; takes {@code packet}. */
    long openLac(long ledgerId, ByteBuf packet) {
        boolean intact = entries.checkLac(packet, ledgerId) == EntryDigest.Check.OK;
        long lac = intact ? EntryDigest.lastAddConfirmedOf(packet) : Response.UNSET;
        packet.release();
        return lac;
    }
}
