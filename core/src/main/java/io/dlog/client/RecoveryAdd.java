package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.ledger.BookieId;
import io.dlog.placement.NotEnoughBookiesException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.quorum.AckSet;
import io.dlog.quorum.QuorumConfig;
import io.dlog.quorum.WriteSet;
import io.dlog.transport.BookieConnection;
import io.dlog.transport.ConnectionFailure;
import io.dlog.transport.ResponseHandler;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writes one entry back in a recovery, past the fence: to its whole write set, with other bookies in the place of those
 * that fail, until an ack quorum has it. Completes with the ensemble as it then stands.
 *
 * <p>Thread: owned by the ledger's lane, on which the future completes.
 */
final class RecoveryAdd {
    private static final int FLAGS = Request.AddFlags.RECOVERY | Request.AddFlags.HIGH_PRIORITY;

    private final LedgerAccess ledger;
    private final LedgerEntry entry;
    private final ByteBuf packet;
    private final List<BookieId> ensemble;
    private final Set<BookieId> suspects;
    private final WriteSet writeSet;
    private final AckSet acks;
    private final List<String> reasons = new ArrayList<>();
    private final CompletableFuture<List<BookieId>> result = new CompletableFuture<>();
    private int unanswered;

    /**
     * @param entry taken
     * @param suspects bookies that failed in this recovery; grows
     */
    RecoveryAdd(
            LedgerAccess ledger,
            QuorumConfig quorum,
            List<BookieId> ensemble,
            LedgerEntry entry,
            Set<BookieId> suspects) {
        this.ledger = ledger;
        this.entry = entry;
        this.packet = ledger.digest()
                .seal(
                        ledger.ledgerId(),
                        entry.entryId(),
                        entry.lastAddConfirmed(),
                        entry.cumulativeLength(),
                        entry.data());
        this.ensemble = new ArrayList<>(ensemble);
        this.suspects = suspects;
        this.writeSet = quorum.writeSet(entry.entryId());
        this.acks = new AckSet(writeSet, quorum.ackQuorum());
    }

    CompletableFuture<List<BookieId>> start() {
        for (int i = 0; i < writeSet.size(); i++) {
            send(writeSet.member(i));
        }
        return result;
    }

    private void send(int index) {
        unanswered++;
        BookieId bookie = ensemble.get(index);
        BookieConnection connection = ledger.services().connections().to(bookie);
        connection.send(
                new Request.Add(
                        connection.nextRequestId(),
                        ledger.ledgerId(),
                        entry.entryId(),
                        ledger.digest().masterKey(),
                        packet.retainedDuplicate(),
                        FLAGS),
                new ResponseHandler() {
                    @Override
                    public void onResponse(Response response) {
                        ledger.lane().execute(() -> answered(index, bookie, response.status()));
                    }

                    @Override
                    public void onFailure(ConnectionFailure failure) {
                        ledger.lane().execute(() -> failed(index, bookie, failure.name()));
                    }
                },
                ledger.services().config().addTimeout().toMillis());
    }

    private void answered(int index, BookieId bookie, StatusCode status) {
        if (status != StatusCode.OK) {
            failed(index, bookie, status.name());
            return;
        }
        unanswered--;
        if (!result.isDone()) {
            acks.ack(index);
            if (acks.isComplete()) {
                packet.release();
                result.complete(List.copyOf(ensemble));
            } else {
                endIfHopeless();
            }
        }
    }

    private void failed(int index, BookieId bookie, String why) {
        unanswered--;
        if (result.isDone()) {
            return;
        }
        reasons.add(bookie + ": " + why);
        suspects.add(bookie);
        try {
            ensemble.set(
                    index,
                    ledger.services().placement().replace(bookie, List.copyOf(ensemble), new HashSet<>(suspects)));
            send(index);
        } catch (NotEnoughBookiesException e) {
            reasons.add(e.getMessage());
            endIfHopeless();
        }
    }

    /** Fails once the last answer is there and made no quorum, whether that answer was an acknowledgement or not. */
    private void endIfHopeless() {
        if (unanswered == 0) {
            packet.release();
            result.completeExceptionally(
                    new LedgerException(Code.NOT_ENOUGH_BOOKIES, "no ack quorum: " + acks + ", " + reasons));
        }
    }
}
