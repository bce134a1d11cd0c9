package io.dlog.bookie.server;

import io.dlog.bookie.ledger.AddOutcome;
import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.ledger.ReadOutcome;
import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.MasterKey;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends a run of entries. The first decides the status; the run ends in silence before the first entry that is not here or
 * does not fit.
 *
 * <p>Thread: safe, because it holds no state.
 */
final class BatchReadHandler {
    /** Frame header of the answer, and length before each entry, as upstream counts them. */
    private static final int HEADER_BYTES = 36;

    private static final int ENTRY_OVERHEAD_BYTES = 4;

    private final HostedLedgers ledgers;
    private final LedgerStorage storage;
    private final ColdReads cold;
    private final long bytesMax;

    BatchReadHandler(HostedLedgers ledgers, LedgerStorage storage, ColdReads cold, long bytesMax) {
        this.ledgers = ledgers;
        this.storage = storage;
        this.cold = cold;
        this.bytesMax = bytesMax;
    }

    Progress handle(Request.BatchRead read, ClientConnection connection) {
        Response failure = refusal(read, StatusCode.IO_ERROR);
        Response tooMany = refusal(read, StatusCode.TOO_MANY_REQUESTS);
        MasterKey key = read.fenceKey();
        if (key == null) {
            cold.submit(connection, failure, tooMany, () -> collect(read));
            return Progress.TAKEN;
        }
        long position = ledgers.fence(read.ledgerId(), key);
        AddOutcome outcome = AddOutcome.of(position);
        if (outcome == AddOutcome.BUSY) {
            return Progress.LOG_BUFFER_FULL;
        }
        if (outcome != AddOutcome.STORED) {
            connection.answer(refusal(read, outcome.status()));
            return Progress.TAKEN;
        }
        storage.whenDurable(
                position,
                new Reply(connection, failure, reply -> cold.submit(connection, reply, tooMany, () -> collect(read))));
        return Progress.TAKEN;
    }

    private Response collect(Request.BatchRead read) {
        ReadOutcome first = ledgers.read(read.ledgerId(), read.firstEntryId());
        if (!(first instanceof ReadOutcome.Found)) {
            return refusal(read, first.status());
        }
        List<ByteBuf> entries = new ArrayList<>();
        long limit = Math.min(read.maxSizeBytes(), bytesMax);
        long size = HEADER_BYTES;
        ReadOutcome next = first;
        long id = read.firstEntryId();
        while (next instanceof ReadOutcome.Found found) {
            size += ENTRY_OVERHEAD_BYTES + found.entry().readableBytes();
            if (size > limit && !entries.isEmpty()) {
                found.entry().release();
                break;
            }
            entries.add(found.entry());
            if (size >= limit || (read.maxCount() > 0 && entries.size() >= read.maxCount())) {
                break;
            }
            next = ledgers.read(read.ledgerId(), ++id);
        }
        return new Response.Entries(
                read.requestId(), StatusCode.OK, read.ledgerId(), read.firstEntryId(), List.copyOf(entries));
    }

    private static Response refusal(Request.BatchRead read, StatusCode status) {
        return new Response.Entries(read.requestId(), status, read.ledgerId(), read.firstEntryId(), List.of());
    }
}
