package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.client.ReadAnswer.Outcome;
import io.dlog.concurrent.Lane;
import io.dlog.ledger.BookieId;
import io.dlog.quorum.QuorumConfig;
import io.dlog.quorum.WriteSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one entry from the members of its write set: one after the other, the next as soon as one fails, and also when
 * one is slow.
 *
 * <pre>
 *   b2 asked ....... slow ................ answers late, let go
 *            b3 asked ... error
 *                         b4 asked ... found
 * </pre>
 *
 * <p>{@code NO_SUCH_ENTRY} only when so many members say it that the entry can't have been acknowledged; otherwise what is
 * not known stays unknown.
 *
 * <p>Thread: owned by the ledger's lane, on which the future completes.
 */
final class EntryRead {
    private final LedgerAccess ledger;
    private final QuorumConfig quorum;
    private final long entryId;
    private final List<BookieId> ensemble;
    private final Consumer<ReadAnswer> observer;
    private final int[] order;
    private final List<String> reasons = new ArrayList<>();
    private final CompletableFuture<LedgerEntry> result = new CompletableFuture<>();

    private int asked;
    private int unanswered;
    private int absences;
    private @Nullable Outcome strongest;
    private Lane.@Nullable Timer speculation;

    /**
     * @param suspects bookies to ask last
     * @param observer sees every answer before it is used
     */
    EntryRead(
            LedgerAccess ledger,
            QuorumConfig quorum,
            long entryId,
            List<BookieId> ensemble,
            Set<BookieId> suspects,
            Consumer<ReadAnswer> observer) {
        this.ledger = ledger;
        this.quorum = quorum;
        this.entryId = entryId;
        this.ensemble = ensemble;
        this.observer = observer;
        this.order = order(quorum.writeSet(entryId), ensemble, suspects);
    }

    private static int[] order(WriteSet writeSet, List<BookieId> ensemble, Set<BookieId> suspects) {
        int[] order = new int[writeSet.size()];
        int front = 0;
        int back = order.length;
        for (int i = writeSet.size() - 1; i >= 0; i--) {
            int index = writeSet.member(i);
            if (suspects.contains(ensemble.get(index))) {
                order[--back] = index;
            }
        }
        for (int i = 0; i < writeSet.size(); i++) {
            int index = writeSet.member(i);
            if (!suspects.contains(ensemble.get(index))) {
                order[front++] = index;
            }
        }
        return order;
    }

    CompletableFuture<LedgerEntry> start() {
        askNext();
        return result;
    }

    private void askNext() {
        if (speculation != null) {
            speculation.cancel();
            speculation = null;
        }
        if (result.isDone() || asked == order.length) {
            return;
        }
        int index = order[asked++];
        unanswered++;
        ReadAttempt.ask(ledger, index, ensemble.get(index), entryId, ReadAttempt.Mode.READ, this::answered);
        if (asked < order.length) {
            speculation = ledger.lane()
                    .schedule(this::askNext, ledger.services().config().speculativeReadDelay());
        }
    }

    private void answered(ReadAnswer answer) {
        unanswered--;
        observer.accept(answer);
        if (result.isDone()) {
            answer.discard();
            return;
        }
        if (answer.isFound()) {
            asked = order.length;
            askNext();
            result.complete(answer.found());
            return;
        }
        reasons.add(answer.bookie() + ": " + answer.why());
        if (answer.outcome() == Outcome.ABSENT) {
            absences++;
        } else if (strongest == null || answer.outcome().compareTo(strongest) < 0) {
            strongest = answer.outcome();
        }
        if (asked < order.length) {
            askNext();
        } else if (unanswered == 0) {
            result.completeExceptionally(failure());
        }
    }

    private LedgerException failure() {
        return new LedgerException(
                code(), "entry " + entryId + " of ledger " + ledger.ledgerId() + " from none of " + reasons);
    }

    private Code code() {
        if (absences >= quorum.absencesThatProveUnacknowledged() || strongest == null) {
            return Code.NO_SUCH_ENTRY;
        }
        return switch (strongest) {
            case UNAUTHORIZED -> Code.UNAUTHORIZED;
            case DIGEST_MISMATCH -> Code.DIGEST_MISMATCH;
            case TIMEOUT -> Code.TIMEOUT;
            case UNKNOWN, FOUND, ABSENT -> Code.READ_FAILED;
        };
    }
}
