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

/**
 * Sends an entry, from memory on the event loop, else from disk on a reader thread.
 *
 * <p>With a key it fences first. The fence is durable before anything is answered, found or not: recovery counts this bookie
 * as fenced on any answer, and a power cut must not undo that. (Apache's bookie answers NOENTRY before its fence is durable.)
 *
 * <p>Thread: safe, because it holds no state.
 */
final class ReadEntryHandler {
    private final HostedLedgers ledgers;
    private final LedgerStorage storage;
    private final ColdReads cold;

    ReadEntryHandler(HostedLedgers ledgers, LedgerStorage storage, ColdReads cold) {
        this.ledgers = ledgers;
        this.storage = storage;
        this.cold = cold;
    }

    Progress handle(Request.Read read, ClientConnection connection) {
        MasterKey key = read.fenceKey();
        if (key != null) {
            return fenceAndRead(read, key, connection);
        }
        ReadOutcome inMemory = read.entryId() < -1 ? null : ledgers.readFromMemory(read.ledgerId(), read.entryId());
        if (inMemory != null) {
            connection.answer(answer(read, inMemory));
        } else {
            cold.submitWithOthers(
                    connection,
                    refusal(read, StatusCode.IO_ERROR),
                    refusal(read, StatusCode.TOO_MANY_REQUESTS),
                    () -> answer(read, ledgers.read(read.ledgerId(), read.entryId())));
        }
        return Progress.TAKEN;
    }

    private Progress fenceAndRead(Request.Read read, MasterKey key, ClientConnection connection) {
        long position = ledgers.fence(read.ledgerId(), key);
        AddOutcome outcome = AddOutcome.of(position);
        if (outcome == AddOutcome.BUSY) {
            return Progress.LOG_BUFFER_FULL;
        }
        if (outcome != AddOutcome.STORED) {
            connection.answer(refusal(read, outcome.status()));
            return Progress.TAKEN;
        }
        Reply whenFenced = new Reply(
                connection,
                refusal(read, StatusCode.IO_ERROR),
                reply -> cold.submit(
                        connection,
                        reply,
                        refusal(read, StatusCode.TOO_MANY_REQUESTS),
                        () -> answer(read, ledgers.read(read.ledgerId(), read.entryId()))));
        storage.whenDurable(position, whenFenced);
        return Progress.TAKEN;
    }

    /** The requested id is repeated, also when it was -1. Fencing reads do not tell the LAC. */
    private static Response answer(Request.Read read, ReadOutcome outcome) {
        if (outcome instanceof ReadOutcome.Found found) {
            return new Response.Entry(
                    read.requestId(),
                    StatusCode.OK,
                    read.ledgerId(),
                    read.entryId(),
                    found.entry(),
                    read.fenceKey() == null ? found.lastAddConfirmed() : Response.UNSET,
                    Response.UNSET);
        }
        return refusal(read, outcome.status());
    }

    private static Response refusal(Request.Read read, StatusCode status) {
        return new Response.Entry(
                read.requestId(), status, read.ledgerId(), read.entryId(), null, Response.UNSET, Response.UNSET);
    }
}
