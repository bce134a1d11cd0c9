package io.dlog.client;

import io.dlog.client.ReadAnswer.Outcome;
import io.dlog.concurrent.Lane;
import io.dlog.ledger.BookieId;
import io.dlog.protocol.MasterKey;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.transport.BookieConnection;
import io.dlog.transport.ConnectionFailure;
import io.dlog.transport.ResponseHandler;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One bookie asked for one entry. The digest is verified on the connection's thread, the answer goes to the ledger's lane.
 *
 * <p>Thread: answered once by the connection.
 */
final class ReadAttempt implements ResponseHandler {
    /** Entry id that asks for the last entry, whichever it is. */
    static final long LAST_ENTRY = -1;

    private final long ledgerId;
    private final long entryId;
    private final int index;
    private final BookieId bookie;
    private final LedgerDigest digest;
    private final Lane lane;
    private final Consumer<ReadAnswer> taker;

    private ReadAttempt(
            long ledgerId,
            long entryId,
            int index,
            BookieId bookie,
            LedgerDigest digest,
            Lane lane,
            Consumer<ReadAnswer> taker) {
        this.ledgerId = ledgerId;
        this.entryId = entryId;
        this.index = index;
        this.bookie = bookie;
        this.digest = digest;
        this.lane = lane;
        this.taker = taker;
    }

    /** How to ask. */
    enum Mode {
        READ,
        /** Fence the ledger first, ahead of others. */
        FENCE
    }

    /** Asks {@code bookie}; {@code taker} gets the answer on the ledger's lane, once. */
    static void ask(
            LedgerAccess ledger, int index, BookieId bookie, long entryId, Mode mode, Consumer<ReadAnswer> taker) {
        BookieConnection connection = ledger.services().connections().to(bookie);
        MasterKey fenceKey = mode == Mode.FENCE ? ledger.digest().masterKey() : null;
        connection.send(
                new Request.Read(
                        connection.nextRequestId(),
                        ledger.ledgerId(),
                        entryId,
                        fenceKey,
                        mode == Mode.FENCE ? Request.Priority.HIGH : Request.Priority.NORMAL),
                new ReadAttempt(ledger.ledgerId(), entryId, index, bookie, ledger.digest(), ledger.lane(), taker),
                ledger.services().config().readTimeout().toMillis());
    }

    /** Waits at {@code bookie} until {@code entryId} is confirmed; the answer may carry that entry, and carries its LAC. */
    static void longPoll(
            LedgerAccess ledger, int index, BookieId bookie, long entryId, Duration wait, Consumer<ReadAnswer> taker) {
        BookieConnection connection = ledger.services().connections().to(bookie);
        connection.send(
                new Request.LongPollRead(
                        connection.nextRequestId(),
                        ledger.ledgerId(),
                        -1,
                        entryId - 1,
                        Math.max(1, wait.toMillis()),
                        Request.Piggyback.ENTRY),
                new ReadAttempt(ledger.ledgerId(), entryId, index, bookie, ledger.digest(), ledger.lane(), taker),
                wait.plus(ledger.services().config().readTimeout()).toMillis());
    }

    @Override
    public void onResponse(Response response) {
        if (!(response instanceof Response.Entry answer)) {
            give(Outcome.UNKNOWN, null, Response.UNSET, response.status().name());
            return;
        }
        ByteBuf packet = answer.entry();
        switch (answer.status()) {
            case OK -> {
                if (packet == null) {
                    // A long poll that ended without the entry; an answer to a plain read always has one.
                    give(Outcome.UNKNOWN, null, answer.maxLac(), "no entry in answer");
                    return;
                }
                LedgerEntry entry = digest.open(ledgerId, entryId, packet);
                give(
                        entry == null ? Outcome.DIGEST_MISMATCH : Outcome.FOUND,
                        entry,
                        answer.maxLac(),
                        entry == null ? "digest mismatch" : "found");
            }
            case NO_ENTRY, NO_LEDGER -> refuse(Outcome.ABSENT, answer);
            case UNAUTHORIZED -> refuse(Outcome.UNAUTHORIZED, answer);
            case BAD_REQUEST, IO_ERROR, BAD_VERSION, FENCED, READ_ONLY, TOO_MANY_REQUESTS, UNKNOWN_LEDGER_STATE ->
                refuse(Outcome.UNKNOWN, answer);
        }
    }

    private void refuse(Outcome outcome, Response.Entry answer) {
        if (answer.entry() != null) {
            answer.entry().release();
        }
        give(outcome, null, answer.maxLac(), answer.status().name());
    }

    @Override
    public void onFailure(ConnectionFailure failure) {
        give(
                failure == ConnectionFailure.TIMEOUT ? Outcome.TIMEOUT : Outcome.UNKNOWN,
                null,
                Response.UNSET,
                failure.name());
    }

    private void give(Outcome outcome, @Nullable LedgerEntry entry, long maxLac, String why) {
        ReadAnswer answer = new ReadAnswer(index, bookie, outcome, entry, maxLac, why);
        lane.execute(() -> taker.accept(answer));
    }
}
