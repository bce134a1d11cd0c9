package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.client.MetadataChange.Agree;
import io.dlog.client.MetadataChange.Decision;
import io.dlog.client.MetadataChange.Refuse;
import io.dlog.client.MetadataChange.Write;
import io.dlog.client.ReadAnswer.Outcome;
import io.dlog.concurrent.Handover;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerFragment;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.ledger.LedgerState;
import io.dlog.metadata.Versioned;
import io.dlog.quorum.Coverage;
import io.dlog.quorum.QuorumConfig;
import io.dlog.quorum.WriteSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a ledger whose writer may be dead, or only slow, so that every entry it had acknowledged stays and it never gets
 * another acknowledgement. The code carries the numbers of this list.
 *
 * <ol>
 *   <li>Mark the ledger IN_RECOVERY by compare-and-set. From here on the writer can't change its ensemble. A closed ledger
 *       is done; one that is IN_RECOVERY already is entered as it stands, for recoveries may run side by side or die.
 *   <li>Fence the last ensemble, and with the same request read each member's last entry. Go on when no write set has Qa
 *       members left that have not answered: then the writer can't complete an add.
 *   <li>Start behind the highest last add confirmed found, and never in front of the last fragment: it starts behind an
 *       add that was confirmed (BookKeeper issue 2615).
 *   <li>Read forward, entry by entry, from the ensemble recorded in step 1, with reads that fence too (issue 2614): a
 *       member that step 2 did not reach must not say "not there" and take the entry afterwards. An entry is found when one
 *       member has it intact. It ends the ledger when Qw - Qa + 1 members say that it is not there (issue 1067). All
 *       else is unknown and ends the recovery, not the ledger (issue 2908).
 *   <li>Write each entry found back to its whole write set, as it is and past the fence, until an ack quorum has it. It
 *       keeps the last add confirmed that its writer gave it: nobody may take it for confirmed before the ledger is
 *       closed. Members that fail are replaced, in a list of fragments that only step 7 makes public.
 *   <li>Find the length: the last entry carries it. When that is older than all that was read, read it from the fragment
 *       that holds it; an empty last fragment does not make the ledger empty.
 *   <li>Mark the ledger CLOSED by compare-and-set while it is IN_RECOVERY. Whoever finds it CLOSED already agrees with what
 *       is there.
 * </ol>
 *
 * <p>Any failure leaves the ledger IN_RECOVERY, and the whole may be run again, by anyone.
 *
 * <p>Thread: owned by the ledger's lane, on which the future completes. Source: BookKeeper replication protocol, and the
 * issues named.
 */
final class LedgerRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerRecovery.class);

    private final LedgerAccess ledger;
    private final CompletableFuture<Versioned<LedgerMetadata>> result = new CompletableFuture<>();
    private final List<LedgerFragment> changedFragments = new ArrayList<>();
    private final Set<BookieId> suspects = new HashSet<>();

    /** Set by step 1; the ensemble of steps 2 and 4. */
    private @Nullable Versioned<LedgerMetadata> start;

    private long lastEntryId = LedgerMetadata.NO_ENTRY;
    /** Cumulative length of entry {@link #lengthOf}. */
    private long length;
    /** The highest entry found in step 2, then the last one read in steps 4 and 6. */
    private long lengthOf = LedgerMetadata.NO_ENTRY;

    LedgerRecovery(LedgerAccess ledger) {
        this.ledger = ledger;
    }

    /** Runs it; completes with the metadata of the closed ledger. */
    CompletableFuture<Versioned<LedgerMetadata>> run() {
        markInRecovery();
        return result;
    }

    // ---- 1. mark IN_RECOVERY ----

    private void markInRecovery() {
        MetadataChange change = new MetadataChange(
                ledger.services(),
                ledger.lane(),
                ledger.ledgerId(),
                current -> current.state() == LedgerState.OPEN ? new Write(current.inRecovery()) : new Agree());
        Handover.to(ledger.lane(), change.fromStore(), (found, failure) -> {
            if (found == null) {
                fail(MetadataChange.explain(ledger.ledgerId(), failure));
            } else if (found.value().isClosed()) {
                result.complete(found);
            } else {
                LOG.info("ledger recovery starts ledger={} fragment={}", ledger.ledgerId(), lastOf(found));
                start = found;
                fenceAndReadLastAddConfirmed(found.value());
            }
        });
    }

    // ---- 2. fence, and read the last add confirmed ----

    private void fenceAndReadLastAddConfirmed(LedgerMetadata metadata) {
        new Fencing(metadata).ask();
    }

    /** Step 2 under way. Thread: owned by the ledger's lane. */
    private final class Fencing {
        private final LedgerMetadata metadata;
        private final List<BookieId> ensemble;
        private final Coverage coverage;
        private final List<String> reasons = new ArrayList<>();
        private long highest = LedgerMetadata.NO_ENTRY;
        private boolean over;

        Fencing(LedgerMetadata metadata) {
            this.metadata = metadata;
            this.ensemble = metadata.lastFragment().ensemble();
            this.coverage = new Coverage(quorum(metadata));
        }

        void ask() {
            for (int i = 0; i < ensemble.size(); i++) {
                ReadAttempt.ask(
                        ledger, i, ensemble.get(i), ReadAttempt.LAST_ENTRY, ReadAttempt.Mode.FENCE, this::answered);
            }
        }

        private void answered(ReadAnswer answer) {
            if (over) {
                answer.discard();
                return;
            }
            switch (answer.outcome()) {
                case FOUND -> {
                    LedgerEntry entry = answer.found();
                    highest = Math.max(highest, entry.lastAddConfirmed());
                    // In any order from here; steps 4 and 6 know which entry they ask for.
                    if (entry.entryId() > lengthOf) {
                        learnLength(entry);
                    }
                    entry.close();
                    coverage.answered(answer.index());
                }
                // A damaged entry tells no last add confirmed, but the bookie did fence; reading forward decides.
                case ABSENT, DIGEST_MISMATCH -> coverage.answered(answer.index());
                case UNAUTHORIZED -> {
                    over = true;
                    fail(new LedgerException(
                            Code.UNAUTHORIZED,
                            answer.bookie() + " refuses the master key of ledger " + ledger.ledgerId()));
                    return;
                }
                case TIMEOUT, UNKNOWN -> {
                    reasons.add(answer.bookie() + ": " + answer.why());
                    coverage.failed(answer.index());
                }
            }
            if (coverage.isCovered()) {
                over = true;
                startBehind(metadata, highest);
            } else if (coverage.isHopeless()) {
                over = true;
                fail(failure("could fence too few bookies, " + reasons));
            }
        }
    }

    // ---- 3. where to start ----

    private void startBehind(LedgerMetadata metadata, long lastAddConfirmed) {
        lastEntryId = Math.max(lastAddConfirmed, metadata.lastFragment().firstEntryId() - 1);
        readForward(metadata, lastEntryId + 1);
    }

    // ---- 4. read forward ----

    private void readForward(LedgerMetadata metadata, long entryId) {
        new RecoveryRead(metadata, entryId).ask();
    }

    /** Step 4 for one entry. Thread: owned by the ledger's lane. */
    private final class RecoveryRead {
        private final LedgerMetadata metadata;
        private final long entryId;
        private final List<BookieId> ensemble;
        private final QuorumConfig quorum;
        private final List<String> reasons = new ArrayList<>();
        private int unanswered;
        private int absences;
        private boolean over;

        RecoveryRead(LedgerMetadata metadata, long entryId) {
            this.metadata = metadata;
            this.entryId = entryId;
            this.ensemble = metadata.lastFragment().ensemble();
            this.quorum = quorum(metadata);
        }

        void ask() {
            WriteSet writeSet = quorum.writeSet(entryId);
            unanswered = writeSet.size();
            for (int i = 0; i < writeSet.size(); i++) {
                int index = writeSet.member(i);
                ReadAttempt.ask(ledger, index, ensemble.get(index), entryId, ReadAttempt.Mode.FENCE, this::answered);
            }
        }

        private void answered(ReadAnswer answer) {
            unanswered--;
            if (over) {
                answer.discard();
                return;
            }
            if (answer.isFound()) {
                over = true;
                LedgerEntry entry = answer.found();
                learnLength(entry);
                writeBack(metadata, entry);
                return;
            }
            if (answer.outcome() == Outcome.ABSENT) {
                absences++;
            } else {
                reasons.add(answer.bookie() + ": " + answer.why());
            }
            if (absences >= quorum.absencesThatProveUnacknowledged()) {
                over = true;
                findLength(metadata);
            } else if (unanswered == 0) {
                over = true;
                fail(failure("can't tell whether entry " + entryId + " was acknowledged: " + absences + " of "
                        + ensemble + " say no, " + reasons));
            }
        }
    }

    // ---- 5. write back ----

    private void writeBack(LedgerMetadata metadata, LedgerEntry entry) {
        List<BookieId> ensemble = changedFragments.isEmpty()
                ? metadata.lastFragment().ensemble()
                : changedFragments.get(changedFragments.size() - 1).ensemble();
        RecoveryAdd add = new RecoveryAdd(ledger, quorum(metadata), ensemble, entry, suspects);
        Handover.to(ledger.lane(), add.start(), (written, failure) -> {
            if (written == null) {
                fail(failure("could not write entry " + entry.entryId() + " back: "
                        + (failure == null ? "" : failure.getMessage())));
                return;
            }
            if (!written.equals(ensemble)) {
                changedFragments.add(new LedgerFragment(entry.entryId(), written));
            }
            lastEntryId = entry.entryId();
            readForward(metadata, lastEntryId + 1);
        });
    }

    // ---- 6. find the length ----

    private void findLength(LedgerMetadata metadata) {
        if (lastEntryId == LedgerMetadata.NO_ENTRY) {
            length = 0;
            close(metadata);
            return;
        }
        if (lengthOf == lastEntryId) {
            close(metadata);
            return;
        }
        EntryRead read = new EntryRead(
                ledger,
                quorum(metadata),
                lastEntryId,
                metadata.fragmentOf(lastEntryId).ensemble(),
                suspects,
                answer -> {});
        Handover.to(ledger.lane(), read.start(), (entry, failure) -> {
            if (entry == null) {
                fail(failure("could not read the length from the last entry: "
                        + (failure == null ? "" : failure.getMessage())));
                return;
            }
            learnLength(entry);
            entry.close();
            close(metadata);
        });
    }

    /** Keeps the length of the entry that may turn out the last one. */
    private void learnLength(LedgerEntry entry) {
        lengthOf = entry.entryId();
        length = entry.cumulativeLength();
    }

    // ---- 7. mark CLOSED ----

    private void close(LedgerMetadata metadata) {
        MetadataChange change = new MetadataChange(
                ledger.services(), ledger.lane(), ledger.ledgerId(), current -> decideToClose(metadata, current));
        Versioned<LedgerMetadata> known = start;
        if (known == null) {
            throw new AssertionError("step 7 of ledger " + ledger.ledgerId() + " before step 1");
        }
        Handover.to(ledger.lane(), change.from(known), (closed, failure) -> {
            if (closed == null) {
                fail(MetadataChange.explain(ledger.ledgerId(), failure));
            } else {
                LOG.info(
                        "ledger recovery ends ledger={} last={} length={}",
                        ledger.ledgerId(),
                        closed.value().lastEntryId(),
                        closed.value().length());
                result.complete(closed);
            }
        });
    }

    private Decision decideToClose(LedgerMetadata recovered, LedgerMetadata current) {
        if (current.isClosed()) {
            return new Agree();
        }
        if (current.state() != LedgerState.IN_RECOVERY
                || !current.lastFragment().equals(recovered.lastFragment())) {
            return new Refuse(failure("another client changed its metadata to " + current.state() + " "
                    + current.lastFragment() + " meanwhile"));
        }
        LedgerMetadata changed = current;
        for (LedgerFragment fragment : changedFragments) {
            changed = changed.withEnsembleAt(fragment.firstEntryId(), fragment.ensemble());
        }
        return new Write(changed.closedAt(lastEntryId, length));
    }

    private void fail(LedgerException reason) {
        result.completeExceptionally(reason);
    }

    private LedgerException failure(String what) {
        return new LedgerException(Code.RECOVERY_FAILED, "recovery of ledger " + ledger.ledgerId() + ": " + what);
    }

    private static QuorumConfig quorum(LedgerMetadata metadata) {
        return new QuorumConfig(metadata.ensembleSize(), metadata.writeQuorum(), metadata.ackQuorum());
    }

    private static LedgerFragment lastOf(Versioned<LedgerMetadata> found) {
        return found.value().lastFragment();
    }
}
