package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.concurrent.Handover;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerFragment;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.Versioned;
import io.dlog.quorum.QuorumConfig;
import io.dlog.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one ledger, and follows its metadata until it is closed.
 *
 * <p>Every answer of a bookie teaches it: last add confirmed from whatever carries one under a digest, and which bookies
 * to ask last.
 *
 * <p>A ledger that turns out closed in front of an entry that was confirmed ends the reader: what waits and all reads from
 * then on fail with {@code UNKNOWN_DATA}.
 *
 * <p>Thread: safe, because what other threads see is volatile and all else is owned by the ledger's lane.
 */
final class QuorumLedgerReader implements LedgerReader {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumLedgerReader.class);

    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(1);

    private final LedgerAccess ledger;
    private final QuorumConfig quorum;
    private final Consumer<QuorumLedgerReader> onClose;

    private volatile LedgerMetadata metadata;
    private volatile long lastAddConfirmed;
    private volatile long length;

    /** Why nothing can be read any more; null while it can. */
    private volatile @Nullable LedgerException broken;

    // Owned by the lane from here on.
    private final Set<TailRead> waiting = new LinkedHashSet<>();
    private final Map<BookieId, Deadline> suspects = new HashMap<>();
    private @Nullable AutoCloseable watch;
    private @Nullable CompletableFuture<Void> refreshing;
    private boolean refreshAgain;
    private boolean verifying;
    private @Nullable Deadline nextRefresh;
    private boolean closed;

    /**
     * @param onClose told once the reader is closed
     */
    QuorumLedgerReader(
            LedgerAccess ledger, LedgerMetadata metadata, long lastAddConfirmed, Consumer<QuorumLedgerReader> onClose) {
        this.onClose = onClose;
        this.ledger = ledger;
        this.quorum = new QuorumConfig(metadata.ensembleSize(), metadata.writeQuorum(), metadata.ackQuorum());
        this.metadata = metadata;
        this.lastAddConfirmed = metadata.isClosed() ? metadata.lastEntryId() : lastAddConfirmed;
        this.length = metadata.isClosed() ? metadata.length() : 0;
    }

    /** Starts to follow the metadata of a ledger that is not closed; on the lane. */
    void follow() {
        if (!closed && !metadata.isClosed()) {
            watch = ledger.services()
                    .metadataStore()
                    .watch(ledger.ledgerId(), changed -> ledger.lane().execute(this::refresh));
            // What changed between the first read and the watch.
            refresh();
        }
    }

    @Override
    public long ledgerId() {
        return ledger.ledgerId();
    }

    @Override
    public LedgerMetadata metadata() {
        return metadata;
    }

    @Override
    public boolean isClosed() {
        return metadata.isClosed();
    }

    @Override
    public long lastAddConfirmed() {
        return lastAddConfirmed;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public CompletableFuture<Long> readLastAddConfirmed() {
        CompletableFuture<Long> result = new CompletableFuture<>();
        ledger.lane().execute(() -> {
            LedgerException reason = broken;
            if (reason != null) {
                result.completeExceptionally(reason);
                return;
            }
            if (metadata.isClosed()) {
                result.complete(metadata.lastEntryId());
                return;
            }
            LastAddConfirmedRead read = new LastAddConfirmedRead(ledger, quorum, metadata);
            Handover.to(ledger.lane(), read.start(), (found, failure) -> {
                if (found != null) {
                    learnLac(found);
                    result.complete(lastAddConfirmed);
                } else if (failure != null) {
                    result.completeExceptionally(failure);
                }
            });
        });
        return result;
    }

    @Override
    public CompletableFuture<List<LedgerEntry>> read(long first, long last) {
        long confirmed = lastAddConfirmed;
        if (last > confirmed) {
            return CompletableFuture.failedFuture(new LedgerException(
                    Code.READ_FAILED,
                    "entry " + last + " of ledger " + ledgerId() + " is beyond last add confirmed " + confirmed));
        }
        return readUnconfirmed(first, last);
    }

    @Override
    public CompletableFuture<List<LedgerEntry>> readUnconfirmed(long first, long last) {
        int most = ledger.services().config().readEntriesMax();
        if (first < 0 || last < first || last - first >= most) {
            return CompletableFuture.failedFuture(new LedgerException(
                    Code.INCORRECT_PARAMETER,
                    "entries " + first + " to " + last + " of ledger " + ledgerId()
                            + ": need 0 <= first <= last and at most " + most + " (readEntriesMax)"));
        }
        LedgerException reason = broken;
        if (reason != null) {
            return CompletableFuture.failedFuture(reason);
        }
        RangeRead range = new RangeRead(first, last);
        ledger.lane().execute(range::askMore);
        return range.result;
    }

    @Override
    public CompletableFuture<Optional<LedgerEntry>> awaitEntry(long entryId, Duration timeout) {
        if (entryId < 0) {
            return CompletableFuture.failedFuture(
                    new LedgerException(Code.INCORRECT_PARAMETER, "no entry has id " + entryId));
        }
        TailRead read = new TailRead(this, ledger, entryId, timeout);
        ledger.lane().execute(() -> {
            if (closed) {
                read.fail(new LedgerException(Code.CLIENT_CLOSED, "reader of ledger " + ledgerId() + " is closed"));
                return;
            }
            LedgerException reason = broken;
            if (reason != null) {
                read.fail(reason);
                return;
            }
            waiting.add(read);
            read.start();
        });
        return read.result();
    }

    @Override
    public void close() {
        ledger.lane().execute(() -> {
            closed = true;
            onClose.accept(this);
            stopFollowing();
            LedgerException reason =
                    new LedgerException(Code.CLIENT_CLOSED, "reader of ledger " + ledgerId() + " was closed");
            failWaiting(reason);
        });
    }

    // ---- what is learned; on the lane ----

    void forget(TailRead read) {
        waiting.remove(read);
    }

    /** A last add confirmed that a digest covers; the highest counts. */
    void learnLac(long found) {
        LedgerMetadata known = metadata;
        if (found > lastAddConfirmed && !known.isClosed() && broken == null) {
            lastAddConfirmed = found;
            wakeWaiting();
        }
    }

    /** An entry from a bookie: it carries a last add confirmed, and a length when it is confirmed itself. */
    void learn(LedgerEntry entry) {
        learnLac(entry.lastAddConfirmed());
        if (!metadata.isClosed() && entry.entryId() <= lastAddConfirmed && entry.cumulativeLength() > length) {
            length = entry.cumulativeLength();
        }
    }

    /**
     * What an answer to a long poll says of the last add confirmed in its header, which no digest covers. Believed up to
     * the entry that came with it, whose digest was verified, so that readers go on without another round trip; beyond
     * that it is only a reason to ask this bookie for what it has under a digest, one such question at a time. A claim
     * that is too high therefore makes nobody wait for, or read, an entry that is not there.
     */
    void learnClaim(ReadAnswer answer) {
        long claimed = answer.maxLac();
        if (answer.isFound()) {
            learnLac(Math.min(claimed, answer.found().entryId()));
        }
        if (claimed > lastAddConfirmed && !verifying && !closed && broken == null && !metadata.isClosed()) {
            verifying = true;
            LastAddConfirmedRead.ask(ledger, answer.bookie(), found -> {
                verifying = false;
                learnLac(found);
            });
        }
    }

    private void wakeWaiting() {
        List.copyOf(waiting).forEach(TailRead::lookAgain);
    }

    private void observe(ReadAnswer answer) {
        if (answer.isFound()) {
            learn(answer.found());
            suspects.remove(answer.bookie());
        } else if (answer.outcome() != ReadAnswer.Outcome.ABSENT) {
            suspects.put(
                    answer.bookie(),
                    Deadline.after(
                            ledger.services().scheduler().clock(),
                            ledger.services().config().suspectTime()));
        }
    }

    private Set<BookieId> suspects() {
        suspects.values().removeIf(Deadline::hasPassed);
        return suspects.isEmpty() ? Set.of() : new HashSet<>(suspects.keySet());
    }

    // ---- metadata; on the lane ----

    /** Reads the metadata again, because something points to a change. */
    void refresh() {
        var unused = refreshed();
    }

    /** The same, because a bookie failed: not more often than every {@link #REFRESH_INTERVAL}, the watch does the rest. */
    void refreshAfterFailure() {
        if (nextRefresh == null || nextRefresh.hasPassed()) {
            nextRefresh = Deadline.after(ledger.services().scheduler().clock(), REFRESH_INTERVAL);
            refresh();
        }
    }

    /** Complete once the metadata were read again; calls that come meanwhile lead to one more read. */
    private CompletableFuture<Void> refreshed() {
        if (isOver()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> running = refreshing;
        if (running != null) {
            refreshAgain = true;
            return running;
        }
        CompletableFuture<Void> refreshed = new CompletableFuture<>();
        refreshing = refreshed;
        readMetadata(refreshed);
        return refreshed;
    }

    private void readMetadata(CompletableFuture<Void> refreshed) {
        refreshAgain = false;
        CompletableFuture<Versioned<LedgerMetadata>> read =
                MetadataChange.readOnly(ledger.services(), ledger.lane(), ledgerId());
        Handover.to(ledger.lane(), read, (found, failure) -> {
            try {
                if (found != null) {
                    adopt(found.value());
                } else {
                    cannotFollow(MetadataChange.explain(ledgerId(), failure));
                }
            } finally {
                // Whatever happened above: reads wait for this.
                if (refreshAgain && !isOver()) {
                    readMetadata(refreshed);
                } else {
                    refreshing = null;
                    refreshed.complete(null);
                }
            }
        });
    }

    /** Nothing more to learn from the metadata. */
    private boolean isOver() {
        return closed || broken != null || metadata.isClosed();
    }

    private void cannotFollow(LedgerException reason) {
        LOG.warn("can't follow a ledger's metadata ledger={} reason={}", ledgerId(), reason.code());
        if (reason.code() == Code.NO_SUCH_LEDGER) {
            stopFollowing();
            failWaiting(reason);
        }
    }

    private void failWaiting(LedgerException reason) {
        List.copyOf(waiting).forEach(read -> read.fail(reason));
    }

    private void adopt(LedgerMetadata found) {
        if (isOver()) {
            return;
        }
        if (found.isClosed()) {
            if (found.lastEntryId() < lastAddConfirmed) {
                LedgerException reason = new LedgerException(
                        Code.UNKNOWN_DATA,
                        "ledger " + ledgerId() + " was closed at " + found.lastEntryId() + ", but entry "
                                + lastAddConfirmed + " was confirmed");
                broken = reason;
                stopFollowing();
                failWaiting(reason);
                return;
            }
            lastAddConfirmed = found.lastEntryId();
            length = found.length();
            stopFollowing();
        } else if (found.lastFragment().firstEntryId() - 1 > lastAddConfirmed) {
            lastAddConfirmed = found.lastFragment().firstEntryId() - 1;
        }
        metadata = found;
        wakeWaiting();
    }

    private void stopFollowing() {
        AutoCloseable following = watch;
        watch = null;
        if (following != null) {
            try {
                following.close();
            } catch (Exception e) {
                LOG.warn("can't close a watch ledger={}", ledgerId(), e);
            }
        }
    }

    // ---- reading; on the lane ----

    /**
     * Reads one entry from the fragment that holds it. When that fails and the metadata turn out to be out of date, reads
     * it from where it is now.
     */
    void readOne(long entryId, Handover.Continuation<LedgerEntry> then) {
        LedgerFragment fragment = metadata.fragmentOf(entryId);
        EntryRead read = new EntryRead(ledger, quorum, entryId, fragment.ensemble(), suspects(), this::observe);
        Handover.to(ledger.lane(), read.start(), (entry, failure) -> {
            if (entry != null || metadata.isClosed()) {
                readAgainIfMoved(entryId, fragment, entry, failure, then);
                return;
            }
            Handover.to(
                    ledger.lane(),
                    refreshed(),
                    (ok, notOk) -> readAgainIfMoved(entryId, fragment, null, failure, then));
        });
    }

    private void readAgainIfMoved(
            long entryId,
            LedgerFragment asked,
            @Nullable LedgerEntry entry,
            @Nullable Throwable failure,
            Handover.Continuation<LedgerEntry> then) {
        if (entry == null && !metadata.fragmentOf(entryId).ensemble().equals(asked.ensemble())) {
            readOne(entryId, then);
        } else {
            then.accept(entry, failure);
        }
    }

    /** A run of entries, a window of them asked for at a time. Thread: owned by the ledger's lane. */
    private final class RangeRead {
        private final long first;
        private final long last;
        private final List<@Nullable LedgerEntry> entries;
        private final CompletableFuture<List<LedgerEntry>> result = new CompletableFuture<>();
        private long next;
        private int unanswered;
        private int found;
        private @Nullable Throwable failed;

        RangeRead(long first, long last) {
            this.first = first;
            this.last = last;
            this.next = first;
            this.entries = new ArrayList<>();
        }

        void askMore() {
            while (failed == null
                    && next <= last
                    && unanswered < ledger.services().config().readWindow()) {
                int place = (int) (next - first);
                entries.add(null);
                unanswered++;
                readOne(next++, (entry, failure) -> answered(place, entry, failure));
            }
        }

        private void answered(int place, @Nullable LedgerEntry entry, @Nullable Throwable failure) {
            unanswered--;
            if (entry != null) {
                found++;
                entries.set(place, entry);
            } else if (failed == null) {
                failed = failure;
            }
            if (failed == null && found == last - first + 1) {
                complete();
            } else if (failed == null) {
                askMore();
            } else if (unanswered == 0) {
                for (LedgerEntry kept : entries) {
                    if (kept != null) {
                        kept.close();
                    }
                }
                result.completeExceptionally(failed);
            }
        }

        private void complete() {
            List<LedgerEntry> all = new ArrayList<>(entries.size());
            for (LedgerEntry entry : entries) {
                if (entry == null) {
                    throw new AssertionError("hole in entries " + first + " to " + last + " of " + ledgerId());
                }
                all.add(entry);
            }
            result.complete(all);
        }
    }
}
