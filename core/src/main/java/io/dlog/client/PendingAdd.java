package io.dlog.client;

import io.dlog.concurrent.Inbox;
import io.dlog.quorum.AckSet;
import io.dlog.quorum.WriteSet;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One entry on its way: from the caller into the writer's inbox, and then among the writer's pending adds until an ack
 * quorum holds it and all entries before it are complete.
 *
 * <p>Thread: made by the caller, from the inbox on owned by the ledger's lane.
 */
final class PendingAdd extends Inbox.Message {
    final long entryId;
    /** Data bytes of the ledger up to and with this entry. */
    final long cumulativeLength;
    /** Data bytes of this entry. */
    final int dataBytes;

    final WriteSet writeSet;
    final AckSet acks;
    final CompletableFuture<Long> done = new CompletableFuture<>();

    /** When it came to the lane, by the monotonic clock. */
    long sinceNanos;

    private final QuorumLedgerWriter writer;
    private @Nullable ByteBuf data;
    private @Nullable ByteBuf packet;

    PendingAdd(QuorumLedgerWriter writer, long entryId, long cumulativeLength, ByteBuf data) {
        this.writer = writer;
        this.entryId = entryId;
        this.cumulativeLength = cumulativeLength;
        this.dataBytes = data.readableBytes();
        this.data = data;
        this.writeSet = writer.quorum.writeSet(entryId);
        this.acks = new AckSet(writeSet, writer.quorum.ackQuorum());
    }

    @Override
    protected void run() {
        writer.transmit(this);
    }

    /** Packs the entry, once; all bookies are sent views of this one buffer. */
    void seal(LedgerDigest digest, long ledgerId, long lastAddConfirmed) {
        ByteBuf unsealed = data;
        if (unsealed == null) {
            throw new AssertionError("entry " + entryId + " was sealed before");
        }
        data = null;
        packet = digest.seal(ledgerId, entryId, lastAddConfirmed, cumulativeLength, unsealed);
    }

    /** A view of the packed entry with a reference of its own. */
    ByteBuf packet() {
        ByteBuf sealed = packet;
        if (sealed == null) {
            throw new AssertionError("entry " + entryId + " is not sealed");
        }
        return sealed.retainedDuplicate();
    }

    /** Lets the bytes go; sends under way keep theirs. */
    void release() {
        if (data != null) {
            data.release();
            data = null;
        }
        if (packet != null) {
            packet.release();
            packet = null;
        }
    }
}
