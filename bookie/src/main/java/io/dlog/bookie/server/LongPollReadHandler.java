package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.ledger.HostedLedgers.Watch;
import io.dlog.bookie.ledger.ReadOutcome;
import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.bookie.storage.StorageException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Request.Piggyback;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until the LAC passes the one that the client knows, then sends the next entry along if asked and here.
 *
 * <p>No thread waits: a {@link LongPoll} stands in the ledger's list, with a timer on its connection's event loop.
 *
 * <p>Thread: safe, because it holds no state but a count.
 */
final class LongPollReadHandler {
    private static final Logger LOG = LoggerFactory.getLogger(LongPollReadHandler.class);

    /** Longer waits are cut to this; the client asks again. */
    private static final long TIMEOUT_MILLIS_MAX = 600_000;

    private final HostedLedgers ledgers;
    private final ColdReads cold;
    private final int waitingMax;
    private final AtomicInteger waiting = new AtomicInteger();

    LongPollReadHandler(HostedLedgers ledgers, ColdReads cold, int waitingMax) {
        this.ledgers = ledgers;
        this.cold = cold;
        this.waitingMax = waitingMax;
    }

    Progress handle(Request.LongPollRead read, ClientConnection connection) {
        if (read.piggyback() == Piggyback.ENTRY && read.entryId() != -1) {
            connection.answer(refusal(read, StatusCode.BAD_REQUEST));
            return Progress.TAKEN;
        }
        if (read.timeoutMillis() <= 0) {
            evaluate(read, connection, Response.UNSET);
            return Progress.TAKEN;
        }
        if (waiting.incrementAndGet() > waitingMax) {
            waiting.decrementAndGet();
            connection.answer(refusal(read, StatusCode.TOO_MANY_REQUESTS));
            return Progress.TAKEN;
        }
        LongPoll poll = new LongPoll(read, connection, this);
        poll.startTimer(Math.min(read.timeoutMillis(), TIMEOUT_MILLIS_MAX));
        if (ledgers.isInHand(read.ledgerId())) {
            watch(poll);
        } else if (!cold.offer(() -> watch(poll))) {
            poll.answer(refusal(read, StatusCode.TOO_MANY_REQUESTS));
        }
        return Progress.TAKEN;
    }

    private void watch(LongPoll poll) {
        Request.LongPollRead read = poll.request();
        try {
            Watch watch = ledgers.watch(read.ledgerId(), read.previousLac(), poll);
            switch (watch) {
                case WAITING -> poll.watching();
                case PASSED -> poll.passed();
                case NO_LEDGER -> poll.answer(refusal(read, StatusCode.NO_LEDGER));
            }
        } catch (StorageException e) {
            LOG.warn("long poll failed ledger={}", read.ledgerId(), e);
            poll.answer(refusal(read, StatusCode.IO_ERROR));
        }
    }

    void ended(LongPoll poll) {
        waiting.decrementAndGet();
        unwatch(poll);
    }

    void unwatch(LongPoll poll) {
        ledgers.unwatch(poll.request().ledgerId(), poll);
    }

    /**
     * Answers with what is known now; on the event loop.
     *
     * @param lacUpdateMillis when the LAC moved, {@link Response#UNSET} when it did not while waiting
     */
    void evaluate(Request.LongPollRead read, ClientConnection connection, long lacUpdateMillis) {
        if (read.piggyback() == Piggyback.ENTRY && ledgers.isInHand(read.ledgerId())) {
            long lac = ledgers.lastAddConfirmed(read.ledgerId());
            if (lac <= read.previousLac()) {
                connection.answer(withoutEntry(read, lac, lacUpdateMillis));
                return;
            }
        }
        long wanted = read.piggyback() == Piggyback.ENTRY ? Math.max(0, read.previousLac() + 1) : read.entryId();
        ReadOutcome inMemory = wanted < -1 ? null : ledgers.readFromMemory(read.ledgerId(), wanted);
        if (inMemory != null) {
            connection.answer(answer(read, wanted, inMemory, lacUpdateMillis));
            return;
        }
        cold.submit(
                connection,
                refusal(read, StatusCode.IO_ERROR),
                refusal(read, StatusCode.TOO_MANY_REQUESTS),
                () -> answer(read, wanted, ledgers.read(read.ledgerId(), wanted), lacUpdateMillis));
    }

    private static Response answer(Request.LongPollRead read, long wanted, ReadOutcome outcome, long lacUpdateMillis) {
        if (outcome instanceof ReadOutcome.Found found) {
            if (read.piggyback() == Piggyback.ENTRY && found.lastAddConfirmed() <= read.previousLac()) {
                found.entry().release();
                return withoutEntry(read, found.lastAddConfirmed(), lacUpdateMillis);
            }
            return new Response.Entry(
                    read.requestId(),
                    StatusCode.OK,
                    read.ledgerId(),
                    wanted,
                    found.entry(),
                    found.lastAddConfirmed(),
                    lacUpdateMillis);
        }
        if (outcome instanceof ReadOutcome.NoEntry none && read.piggyback() == Piggyback.ENTRY) {
            // The entry lies on other bookies of the ensemble; that the LAC moved is news all the same.
            return withoutEntry(read, none.lastAddConfirmed(), lacUpdateMillis);
        }
        return refusal(read, outcome.status());
    }

    private static Response withoutEntry(Request.LongPollRead read, long lac, long lacUpdateMillis) {
        return new Response.Entry(
                read.requestId(), StatusCode.OK, read.ledgerId(), read.entryId(), null, lac, lacUpdateMillis);
    }

    static Response refusal(Request.LongPollRead read, StatusCode status) {
        return new Response.Entry(
                read.requestId(), status, read.ledgerId(), read.entryId(), null, Response.UNSET, Response.UNSET);
    }
}
