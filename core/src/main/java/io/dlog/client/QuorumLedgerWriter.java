package io.dlog.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.client.LedgerException.Code;
import io.dlog.client.MetadataChange.Agree;
import io.dlog.client.MetadataChange.Decision;
import io.dlog.client.MetadataChange.Refuse;
import io.dlog.client.MetadataChange.Write;
import io.dlog.concurrent.Handover;
import io.dlog.concurrent.Inbox;
import io.dlog.concurrent.Lane;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.Versioned;
import io.dlog.protocol.Request;
import io.dlog.protocol.StatusCode;
import io.dlog.quorum.QuorumConfig;
import io.dlog.transport.BookieConnection;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one ledger: sends each entry to its write set, completes entries in order once an ack quorum has them, and puts
 * other bookies in the place of those that fail.
 *
 * <pre>
 *   OPEN  --close-->  CLOSING  --metadata say CLOSED-->  CLOSED
 *     \--fenced, unauthorized, no quorum in time, metadata lost-->  FAILED  --close--> CLOSING
 * </pre>
 *
 * <p>Rules that keep acknowledged entries:
 *
 * <ol>
 *   <li>An add completes when Qa members of the ensemble <i>that metadata name for it</i> have acknowledged, and after
 *       all adds before it.
 *   <li>While an ensemble changes nothing completes, so that the last add confirmed, behind which the new fragment starts,
 *       stands still.
 *   <li>Once the change is durable in metadata, the acknowledgements of replaced bookies are withdrawn from <i>all</i>
 *       pending adds, and failures that came meanwhile are dealt with, before any add completes (BookKeeper issues 4097,
 *       3005).
 *   <li>A bookie that says "fenced" ends the writer at once.
 * </ol>
 *
 * <p>Bounds: {@link ClientConfig#pendingAddsMax} and {@link ClientConfig#pendingBytesMax}; an add beyond fails at once
 * with {@code TOO_MANY_REQUESTS}, takes no entry id and leaves the writer as it was.
 *
 * <p>Thread: safe, because admission has its leaf lock and all else is owned by the ledger's lane. Source: BookKeeper
 * replication protocol.
 */
final class QuorumLedgerWriter implements LedgerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumLedgerWriter.class);

    /** Bookies that failed here lately are remembered up to this number, the oldest is forgotten. */
    private static final int SUSPECTS_MAX = 16;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED,
        FAILED
    }

    final QuorumConfig quorum;
    final Inbox inbox;

    private final LedgerServices services;
    private final long ledgerId;
    private final LedgerDigest digest;
    private final Lane lane;
    private final Consumer<QuorumLedgerWriter> onEnd;

    private final Object admission = new Object();

    @GuardedBy("admission")
    private long lastPushed = LedgerMetadata.NO_ENTRY;

    @GuardedBy("admission")
    private long pushedLength;

    @GuardedBy("admission")
    private int pendingCount;

    @GuardedBy("admission")
    private long pendingBytes;

    /** Why adds are refused; null while they are not. */
    @GuardedBy("admission")
    private @Nullable LedgerException refusal;

    private volatile long lastAddConfirmed = LedgerMetadata.NO_ENTRY;
    private volatile Versioned<LedgerMetadata> metadata;

    // Owned by the lane from here on.
    private final ArrayDeque<PendingAdd> pending = new ArrayDeque<>();
    private final Map<Integer, BookieId> failedMembers = new TreeMap<>();
    private final Set<BookieId> suspects = new LinkedHashSet<>();
    private BookieConnection[] connections;
    private List<BookieId> ensemble;
    private long confirmedLength;
    private boolean changing;
    private long without;
    private State state = State.OPEN;
    private @Nullable CompletableFuture<Void> closing;
    private Lane.@Nullable Timer tick;

    /**
     * @param onEnd told once the writer takes no more adds
     */
    QuorumLedgerWriter(
            LedgerServices services,
            Versioned<LedgerMetadata> created,
            LedgerDigest digest,
            Consumer<QuorumLedgerWriter> onEnd) {
        this.onEnd = onEnd;
        LedgerMetadata m = created.value();
        this.services = services;
        this.ledgerId = m.ledgerId();
        this.digest = digest;
        this.lane = services.scheduler().lane(ledgerId);
        this.inbox = new Inbox(lane);
        this.quorum = new QuorumConfig(m.ensembleSize(), m.writeQuorum(), m.ackQuorum());
        this.metadata = created;
        this.ensemble = m.lastFragment().ensemble();
        this.connections = connect(ensemble);
    }

    @Override
    public long ledgerId() {
        return ledgerId;
    }

    @Override
    public CompletableFuture<Long> add(ByteBuf data) {
        int bytes = data.readableBytes();
        LedgerException refused;
        synchronized (admission) {
            refused = refuse(bytes);
            if (refused == null) {
                lastPushed++;
                pushedLength += bytes;
                pendingCount++;
                pendingBytes += bytes;
                PendingAdd add = new PendingAdd(this, lastPushed, pushedLength, data);
                // In the lock, so that entries come to the lane in the order of their ids.
                inbox.send(add);
                return add.done;
            }
        }
        data.release();
        return CompletableFuture.failedFuture(refused);
    }

    @GuardedBy("admission")
    private @Nullable LedgerException refuse(int bytes) {
        ClientConfig config = services.config();
        if (refusal != null) {
            return refusal;
        }
        if (bytes > config.entryBytesMax()) {
            return new LedgerException(
                    Code.INCORRECT_PARAMETER,
                    "entry of " + bytes + " bytes, at most " + config.entryBytesMax() + " fit (entryBytesMax)");
        }
        if (pendingCount >= config.pendingAddsMax()
                || (pendingCount > 0 && pendingBytes + bytes > config.pendingBytesMax())) {
            return new LedgerException(
                    Code.TOO_MANY_REQUESTS,
                    "ledger " + ledgerId + " has " + pendingCount + " adds of " + pendingBytes
                            + " bytes pending, at most " + config.pendingAddsMax() + " (pendingAddsMax) of "
                            + config.pendingBytesMax() + " (pendingBytesMax)");
        }
        return null;
    }

    @Override
    public long lastAddConfirmed() {
        return lastAddConfirmed;
    }

    @Override
    public long lastAddPushed() {
        synchronized (admission) {
            return lastPushed;
        }
    }

    @Override
    public long length() {
        synchronized (admission) {
            return pushedLength;
        }
    }

    @Override
    public LedgerMetadata metadata() {
        return metadata.value();
    }

    @Override
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        refuseAdds(new LedgerException(Code.LEDGER_CLOSED, "ledger " + ledgerId + " was closed by its writer"));
        lane.execute(() -> closeOnLane(closed));
        return closed;
    }

    @Override
    public void abandon() {
        LedgerException reason = new LedgerException(
                Code.CLIENT_CLOSED, "ledger " + ledgerId + " was abandoned by its writer, not closed");
        refuseAdds(reason);
        lane.execute(() -> fail(reason));
    }

    // ---- adds; on the lane ----

    /** Sends a new entry to its write set. */
    void transmit(PendingAdd add) {
        if (state != State.OPEN) {
            add.release();
            add.done.completeExceptionally(refusalOnLane());
            return;
        }
        add.sinceNanos = services.scheduler().clock().nanoTime();
        add.seal(digest, ledgerId, lastAddConfirmed);
        pending.add(add);
        startTicking();
        for (int i = 0; i < quorum.writeQuorum(); i++) {
            int index = add.writeSet.member(i);
            if ((without & 1L << index) == 0) {
                send(add, index);
            }
        }
    }

    private void send(PendingAdd add, int index) {
        BookieConnection connection = connections[index];
        Request request = new Request.Add(
                connection.nextRequestId(),
                ledgerId,
                add.entryId,
                digest.masterKey(),
                add.packet(),
                Request.AddFlags.NONE);
        connection.send(
                request,
                new AddAttempt(this, add, index, ensemble.get(index)),
                services.config().addTimeout().toMillis());
    }

    /** A bookie answered, or not. */
    void answered(AddAttempt attempt) {
        if (state != State.OPEN || !ensemble.get(attempt.index).equals(attempt.bookie)) {
            // Over, or from a bookie that was replaced meanwhile and counts no more.
            return;
        }
        StatusCode status = attempt.status;
        if (status == StatusCode.OK) {
            attempt.add.acks.ack(attempt.index);
            completeInOrder();
        } else if (status == StatusCode.FENCED) {
            fail(new LedgerException(
                    Code.LEDGER_FENCED, "another client took over ledger " + ledgerId + ", says " + attempt.bookie));
        } else if (status == StatusCode.UNAUTHORIZED) {
            fail(new LedgerException(
                    Code.UNAUTHORIZED, attempt.bookie + " refuses the master key of ledger " + ledgerId));
        } else if ((without & 1L << attempt.index) == 0) {
            LOG.debug(
                    "bookie failed an add ledger={} entry={} bookie={} status={} failure={}",
                    ledgerId,
                    attempt.add.entryId,
                    attempt.bookie,
                    status,
                    attempt.failure);
            failedMembers.put(attempt.index, attempt.bookie);
            changeEnsemble();
        }
    }

    private void completeInOrder() {
        if (changing) {
            return;
        }
        PendingAdd head = pending.peek();
        while (head != null && head.acks.isComplete()) {
            pending.remove();
            lastAddConfirmed = head.entryId;
            confirmedLength = head.cumulativeLength;
            leave(head);
            head.done.complete(head.entryId);
            head = pending.peek();
        }
    }

    private void leave(PendingAdd add) {
        add.release();
        synchronized (admission) {
            pendingCount--;
            pendingBytes -= add.dataBytes;
        }
    }

    // ---- ensemble change; on the lane ----

    /** Deals with all failed members at once; those that fail meanwhile have their turn afterwards. */
    private void changeEnsemble() {
        if (changing) {
            return;
        }
        if (failedMembers.isEmpty()) {
            completeInOrder();
            return;
        }
        failedMembers.values().forEach(this::suspect);
        EnsembleChange change = EnsembleChange.plan(ensemble, failedMembers, suspects, services.placement());
        failedMembers.clear();
        without |= change.without();
        if (change.replaced() == 0) {
            LOG.warn("no bookie can replace a failed one ledger={} ensemble={}", ledgerId, ensemble);
            startTicking();
            completeInOrder();
            return;
        }
        changing = true;
        long firstEntryId = lastAddConfirmed + 1;
        Handover.to(
                lane,
                new MetadataChange(services, lane, ledgerId, current -> change.decide(current, firstEntryId))
                        .from(metadata),
                (written, failure) -> {
                    if (written != null) {
                        ensembleChanged(change, written);
                    } else {
                        fail(MetadataChange.explain(ledgerId, failure));
                    }
                });
    }

    private void ensembleChanged(EnsembleChange change, Versioned<LedgerMetadata> written) {
        if (state != State.OPEN) {
            return;
        }
        LOG.info(
                "ensemble changed ledger={} from={} old={} new={}",
                ledgerId,
                lastAddConfirmed + 1,
                ensemble,
                change.ensemble());
        metadata = written;
        ensemble = change.ensemble();
        connections = connect(ensemble);
        without &= ~change.replaced();
        failedMembers.entrySet().removeIf(e -> !ensemble.get(e.getKey()).equals(e.getValue()));
        for (PendingAdd add : pending) {
            for (int i = 0; i < quorum.writeQuorum(); i++) {
                int index = add.writeSet.member(i);
                if ((change.replaced() & 1L << index) != 0) {
                    add.acks.withdraw(index);
                    send(add, index);
                }
            }
        }
        changing = false;
        changeEnsemble();
    }

    private void suspect(BookieId bookie) {
        suspects.remove(bookie);
        suspects.add(bookie);
        if (suspects.size() > SUSPECTS_MAX) {
            suspects.remove(suspects.iterator().next());
        }
    }

    private BookieConnection[] connect(List<BookieId> bookies) {
        BookieConnection[] made = new BookieConnection[bookies.size()];
        for (int i = 0; i < made.length; i++) {
            made[i] = services.connections().to(bookies.get(i));
        }
        return made;
    }

    // ---- time; on the lane ----

    private void startTicking() {
        if (tick == null) {
            tick = lane.schedule(this::onTick, services.config().ensembleRetryDelay());
        }
    }

    /**
     * Gives up on an add that waits too long, and gives members that nobody could replace another chance: once more a
     * bookie in their place, or else the pending adds once more.
     */
    private void onTick() {
        tick = null;
        if (state != State.OPEN) {
            return;
        }
        PendingAdd head = pending.peek();
        if (head != null) {
            long waited = services.scheduler().clock().nanoTime() - head.sinceNanos;
            if (waited > services.config().quorumTimeout().toNanos()) {
                fail(overdue(head));
                return;
            }
        }
        if (without != 0 && !changing) {
            long again = without;
            without = 0;
            for (int index = 0; index < ensemble.size(); index++) {
                if ((again & 1L << index) != 0) {
                    failedMembers.put(index, ensemble.get(index));
                }
            }
            EnsembleChange possible = EnsembleChange.plan(ensemble, failedMembers, suspects, services.placement());
            if (possible.replaced() != 0) {
                changeEnsemble();
            } else {
                failedMembers.clear();
                resend(again);
            }
        }
        if (without != 0 || !pending.isEmpty()) {
            startTicking();
        }
    }

    private void resend(long members) {
        for (PendingAdd add : pending) {
            for (int i = 0; i < quorum.writeQuorum(); i++) {
                int index = add.writeSet.member(i);
                if ((members & 1L << index) != 0 && !add.acks.isAcked(index)) {
                    send(add, index);
                }
            }
        }
    }

    private LedgerException overdue(PendingAdd head) {
        if (without != 0) {
            return new LedgerException(
                    Code.NOT_ENOUGH_BOOKIES,
                    "entry " + head.entryId + " of ledger " + ledgerId + " has no ack quorum of " + quorum.ackQuorum()
                            + " after " + services.config().quorumTimeout() + "; " + Long.bitCount(without) + " of "
                            + ensemble + " failed and no other bookie is there to replace them");
        }
        return new LedgerException(
                Code.QUORUM_TIMEOUT,
                "entry " + head.entryId + " of ledger " + ledgerId + " has no ack quorum of " + quorum.ackQuorum()
                        + " after " + services.config().quorumTimeout() + " on " + ensemble);
    }

    // ---- end; on the lane ----

    private void fail(LedgerException reason) {
        if (state == State.OPEN) {
            enter(State.FAILED, reason.code().name());
            refuseAdds(reason);
            failPending(reason);
        }
    }

    private void closeOnLane(CompletableFuture<Void> closed) {
        CompletableFuture<Void> running = closing;
        if (running == null) {
            enter(State.CLOSING, "close was called");
            failPending(new LedgerException(
                    Code.LEDGER_CLOSED, "ledger " + ledgerId + " was closed by its writer at " + lastAddConfirmed));
            CompletableFuture<Void> first = new CompletableFuture<>();
            closing = first;
            running = first;
            Handover.to(
                    lane,
                    new MetadataChange(services, lane, ledgerId, this::closeAtLastAddConfirmed).from(metadata),
                    (written, failure) -> {
                        if (written != null) {
                            metadata = written;
                            enter(State.CLOSED, "metadata say so");
                            first.complete(null);
                        } else {
                            // The next call tries again.
                            closing = null;
                            first.completeExceptionally(MetadataChange.explain(ledgerId, failure));
                        }
                    });
        }
        Handover.complete(running, closed);
    }

    /** A recovery under way finds the ledger closed and adopts that; it loses no entry that this writer confirmed. */
    private Decision closeAtLastAddConfirmed(LedgerMetadata current) {
        if (!current.isClosed()) {
            return new Write(current.closedAt(lastAddConfirmed, confirmedLength));
        }
        if (current.lastEntryId() == lastAddConfirmed && current.length() == confirmedLength) {
            return new Agree();
        }
        return new Refuse(new LedgerException(
                Code.METADATA_VERSION,
                "ledger " + ledgerId + " was closed by another client at " + current.lastEntryId() + ", not at "
                        + lastAddConfirmed));
    }

    private void failPending(LedgerException reason) {
        onEnd.accept(this);
        if (tick != null) {
            tick.cancel();
            tick = null;
        }
        PendingAdd add = pending.poll();
        while (add != null) {
            leave(add);
            add.done.completeExceptionally(reason);
            add = pending.poll();
        }
    }

    private void refuseAdds(LedgerException reason) {
        synchronized (admission) {
            if (refusal == null) {
                refusal = reason;
            }
        }
    }

    private LedgerException refusalOnLane() {
        synchronized (admission) {
            return refusal != null
                    ? refusal
                    : new LedgerException(Code.LEDGER_CLOSED, "ledger " + ledgerId + " takes no adds");
        }
    }

    private void enter(State next, String reason) {
        LOG.info("ledger writer moves ledger={} from={} to={} reason={}", ledgerId, state, next, reason);
        state = next;
    }
}
