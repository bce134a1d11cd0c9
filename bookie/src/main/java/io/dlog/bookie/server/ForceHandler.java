package io.dlog.bookie.server;

import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;

/**
 * Answers once everything stored so far is durable, deferred adds included. Also OK for a ledger nobody knows.
 *
 * <p>Thread: safe, because it holds no state.
 */
final class ForceHandler {
    private final LedgerStorage storage;

    ForceHandler(LedgerStorage storage) {
        this.storage = storage;
    }

    Progress handle(Request.Force force, ClientConnection connection) {
        storage.whenDurable(
                storage.position(),
                new Reply(
                        connection,
                        answer(force, StatusCode.IO_ERROR),
                        reply -> reply.send(answer(force, StatusCode.OK))));
        return Progress.TAKEN;
    }

    private static Response answer(Request.Force force, StatusCode status) {
        return new Response.Forced(force.requestId(), status, force.ledgerId());
    }
}
