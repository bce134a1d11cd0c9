package io.dlog.bookie.server;

import io.dlog.bookie.ledger.AddOutcome;
import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;

/**
 * Keeps an explicit LAC: also for an unknown or fenced ledger, never on a read-only bookie. The digest is the client's.
 *
 * <p>Thread: safe, because it holds no state.
 */
final class WriteLacHandler {
    /** Ledger id and LAC; the digest behind them may be empty. */
    private static final int BODY_BYTES_MIN = 16;

    /** With the longest digest there is. */
    private static final int BODY_BYTES_MAX = 64;

    private final HostedLedgers ledgers;
    private final LedgerStorage storage;

    WriteLacHandler(HostedLedgers ledgers, LedgerStorage storage) {
        this.ledgers = ledgers;
        this.storage = storage;
    }

    Progress handle(Request.WriteLac write, ClientConnection connection) {
        int length = write.body().readableBytes();
        if (length < BODY_BYTES_MIN
                || length > BODY_BYTES_MAX
                || write.body().getLong(write.body().readerIndex()) != write.ledgerId()) {
            connection.answer(answer(write, StatusCode.BAD_REQUEST));
            return Progress.TAKEN;
        }
        long position = ledgers.writeLac(write.ledgerId(), write.masterKey(), write.body());
        AddOutcome outcome = AddOutcome.of(position);
        if (outcome == AddOutcome.BUSY) {
            return Progress.LOG_BUFFER_FULL;
        }
        if (outcome == AddOutcome.STORED) {
            storage.whenDurable(
                    position,
                    new Reply(
                            connection,
                            answer(write, StatusCode.IO_ERROR),
                            reply -> reply.send(answer(write, StatusCode.OK))));
        } else {
            connection.answer(answer(write, outcome.status()));
        }
        return Progress.TAKEN;
    }

    private static Response answer(Request.WriteLac write, StatusCode status) {
        return new Response.LacWritten(write.requestId(), status, write.ledgerId());
    }
}
