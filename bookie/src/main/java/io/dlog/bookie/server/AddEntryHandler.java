package io.dlog.bookie.server;

import io.dlog.bookie.ledger.AddKind;
import io.dlog.bookie.ledger.AddOutcome;
import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.ledger.EntryHeader;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;

/**
 * Stores an entry, and answers when the journal has it, or at once for a deferred add. All of it runs on the event loop.
 *
 * <p>Thread: safe, because it holds no state.
 */
final class AddEntryHandler {
    private final HostedLedgers ledgers;
    private final ServerMetrics metrics;

    AddEntryHandler(HostedLedgers ledgers, ServerMetrics metrics) {
        this.ledgers = ledgers;
        this.metrics = metrics;
    }

    Progress handle(Request.Add add, ClientConnection connection) {
        int length = add.entry().readableBytes();
        if (length < EntryHeader.LENGTH) {
            refuse(add, StatusCode.BAD_REQUEST, connection);
            return Progress.TAKEN;
        }
        long position = ledgers.add(add.ledgerId(), add.entryId(), add.masterKey(), add.entry(), AddKind.of(add));
        AddOutcome outcome = AddOutcome.of(position);
        metrics.added(outcome);
        if (outcome == AddOutcome.BUSY) {
            return Progress.LOG_BUFFER_FULL;
        }
        if (outcome != AddOutcome.STORED) {
            refuse(add, outcome.status(), connection);
            return Progress.TAKEN;
        }
        metrics.addedBytes.add(length);
        if (add.isDeferredSync()) {
            connection.answer(new Response.Added(add.requestId(), StatusCode.OK, add.ledgerId(), add.entryId()));
        } else {
            connection.adds().await(position, add.requestId(), add.ledgerId(), add.entryId());
        }
        return Progress.TAKEN;
    }

    private static void refuse(Request.Add add, StatusCode status, ClientConnection connection) {
        connection.answer(new Response.Added(add.requestId(), status, add.ledgerId(), add.entryId()));
    }
}
