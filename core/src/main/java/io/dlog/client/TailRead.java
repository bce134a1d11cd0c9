package io.dlog.client;

import io.dlog.client.ReadAnswer.Outcome;
import io.dlog.concurrent.Lane;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerFragment;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.protocol.Response;
import io.dlog.protocol.WireVersion;
import io.dlog.time.Backoff;
import io.dlog.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Waits until one entry is confirmed, with long polls at the bookies of the last ensemble.
 *
 * <pre>
 *   E = 3, Qw = 2, entry 4 awaited    entry 5 carries "4 is confirmed" and goes to b2 b0
 *                                     asked first b2 (has 4 and learns first), then b0, then b1
 * </pre>
 *
 * <p>One bookie is asked at first and the next ones after short delays, so that none of them alone can hold the reader
 * up. Changes of the metadata start the polls anew or end the wait. With protocol v2 bookies are asked for their last
 * entry again and again instead.
 *
 * <p>Thread: owned by the ledger's lane, on which the future completes.
 */
final class TailRead {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LAST_PAUSE = Duration.ofMillis(200);

    private final QuorumLedgerReader reader;
    private final LedgerAccess ledger;
    private final long entryId;
    private final Deadline deadline;
    private final List<Lane.Timer> timers = new ArrayList<>();
    private final CompletableFuture<Optional<LedgerEntry>> result = new CompletableFuture<>();
    /** Answers to polls of an earlier ensemble are let go. */
    private int round;

    private @Nullable LedgerFragment polled;
    private boolean reading;

    TailRead(QuorumLedgerReader reader, LedgerAccess ledger, long entryId, Duration timeout) {
        this.reader = reader;
        this.ledger = ledger;
        this.entryId = entryId;
        this.deadline = Deadline.after(ledger.services().scheduler().clock(), timeout);
    }

    CompletableFuture<Optional<LedgerEntry>> result() {
        return result;
    }

    void start() {
        timers.add(ledger.lane().schedule(() -> end(Optional.empty()), deadline.remaining()));
        lookAgain();
    }

    /** The last add confirmed moved, or the metadata changed. */
    void lookAgain() {
        if (result.isDone() || reading) {
            return;
        }
        LedgerMetadata metadata = reader.metadata();
        if (entryId <= reader.lastAddConfirmed()) {
            readConfirmed();
        } else if (metadata.isClosed()) {
            end(Optional.empty());
        } else if (!metadata.lastFragment().equals(polled)) {
            polled = metadata.lastFragment();
            round++;
            poll(metadata);
        }
    }

    private void poll(LedgerMetadata metadata) {
        int size = metadata.ensembleSize();
        for (int i = 0; i < size; i++) {
            int index = (int) ((entryId + 1 + i) % size);
            Polling polling =
                    new Polling(round, index, metadata.lastFragment().ensemble().get(index));
            if (i == 0) {
                polling.ask();
            } else {
                Duration delay =
                        ledger.services().config().longPollSpeculativeDelay().multipliedBy(i);
                timers.add(ledger.lane().schedule(polling::ask, delay));
            }
        }
    }

    private void readConfirmed() {
        reading = true;
        reader.readOne(entryId, (entry, failure) -> {
            if (entry != null) {
                if (!result.complete(Optional.of(entry))) {
                    entry.close();
                }
            } else if (failure != null) {
                result.completeExceptionally(failure);
            }
            finish();
        });
    }

    private void end(Optional<LedgerEntry> outcome) {
        result.complete(outcome);
        finish();
    }

    void fail(LedgerException reason) {
        result.completeExceptionally(reason);
        finish();
    }

    private void finish() {
        timers.forEach(Lane.Timer::cancel);
        timers.clear();
        reader.forget(this);
    }

    private Backoff newBackoff() {
        return new Backoff(FIRST_PAUSE, LAST_PAUSE, ledger.services().randomness());
    }

    /** Polls one bookie for as long as it is of use. Thread: owned by the ledger's lane. */
    private final class Polling {
        private final int ofRound;
        private final int index;
        private final BookieId bookie;
        private Backoff backoff = newBackoff();

        Polling(int ofRound, int index, BookieId bookie) {
            this.ofRound = ofRound;
            this.index = index;
            this.bookie = bookie;
        }

        void ask() {
            if (result.isDone() || reading || ofRound != round) {
                return;
            }
            if (ledger.services().config().wireVersion() == WireVersion.V3) {
                Duration wait =
                        deadline.remainingAtMost(ledger.services().config().longPollTimeout());
                ReadAttempt.longPoll(ledger, index, bookie, entryId, wait, this::answered);
            } else {
                ReadAttempt.ask(ledger, index, bookie, ReadAttempt.LAST_ENTRY, ReadAttempt.Mode.READ, this::answered);
            }
        }

        private void answered(ReadAnswer answer) {
            boolean mayBeIt = answer.isFound() && answer.found().entryId() == entryId && !reading;
            // What is learned wakes all who wait; this one must not read again what it holds in its hand.
            reading |= mayBeIt;
            reader.learnClaim(answer);
            if (answer.isFound()) {
                LedgerEntry entry = answer.found();
                reader.learn(entry);
                if (mayBeIt && entryId <= reader.lastAddConfirmed() && result.complete(Optional.of(entry))) {
                    finish();
                    return;
                }
                entry.close();
            }
            reading &= !mayBeIt;
            lookAgain();
            if (result.isDone() || reading || ofRound != round) {
                return;
            }
            if (answer.maxLac() != Response.UNSET) {
                if (answer.maxLac() < entryId) {
                    // A poll that ran its time: ask again soon. Not so one that claims more than it has shown so far.
                    backoff = newBackoff();
                }
            } else if (answer.outcome() == Outcome.TIMEOUT || answer.outcome() == Outcome.UNKNOWN) {
                // Perhaps the ensemble is another one by now.
                reader.refreshAfterFailure();
            }
            timers.add(ledger.lane().schedule(this::ask, deadline.remainingAtMost(backoff.next())));
        }
    }
}
