package io.dlog.log.write;

import io.dlog.client.CreateOptions;
import io.dlog.client.LedgerWriter;
import io.dlog.concurrent.Lane;
import io.dlog.log.DLException;
import io.dlog.log.LogConfig;
import io.dlog.log.StatusCode;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentReader;
import io.dlog.log.segment.LogSegmentStore.Counters;
import io.dlog.log.segment.LogSegments;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts a log's next segment: a ledger, then the segment's node together with the raised segment number.
 *
 * <p>When the answer to the second step is lost, the node may be there or not. The ledger is kept, and the next attempt looks
 * first: it takes the node over when it names that ledger, uses the ledger for the node when there is none, and refuses
 * when somebody else's is there. So no attempt leaves a second ledger behind.
 *
 * <p>Thread: owned by the log's lane; futures complete on it.
 */
final class NewSegment {
    private final LogSegments log;
    private final Lane lane;

    private @Nullable LedgerWriter spare;
    private boolean isOutcomeUnknown;

    NewSegment(LogSegments log, Lane lane) {
        this.log = log;
        this.lane = lane;
    }

    /** A segment ready to be written. Thread: immutable. */
    record Started(LogSegmentMetadata segment, LedgerWriter ledger, Counters counters) {}

    /** Whether trying again later may help: the bookies or the metadata store could not answer. */
    static boolean mayPass(DLException failure) {
        return failure.getCode() == StatusCode.ZOOKEEPER_ERROR || failure.getCode() == StatusCode.BK_TRANSMIT_ERROR;
    }

    /** Makes the ledger ahead of {@link #start}. */
    CompletableFuture<Void> prepare() {
        return ledger().<Void>thenApplyAsync(ready -> null, lane)
                .exceptionallyComposeAsync(
                        e -> CompletableFuture.failedFuture(LedgerFailures.of(log.logName(), e)), lane);
    }

    /** Starts the segment whose first record has that transaction id. */
    CompletableFuture<Started> start(long firstTxId, Counters basedOn) {
        return ledger().thenComposeAsync(
                        ledger -> isOutcomeUnknown
                                ? look(ledger, firstTxId, basedOn)
                                : create(ledger, firstTxId, basedOn),
                        lane)
                .thenApplyAsync(
                        started -> {
                            spare = null;
                            isOutcomeUnknown = false;
                            return started;
                        },
                        lane)
                .exceptionallyComposeAsync(
                        e -> CompletableFuture.failedFuture(LedgerFailures.of(log.logName(), e)), lane);
    }

    private CompletableFuture<LedgerWriter> ledger() {
        LedgerWriter kept = spare;
        if (kept != null) {
            return CompletableFuture.completedFuture(kept);
        }
        LogConfig config = log.config();
        CreateOptions options = CreateOptions.of(
                config.ensembleSize(),
                config.writeQuorum(),
                config.ackQuorum(),
                LogSegmentReader.DIGEST_TYPE,
                log.password());
        return log.ledgers()
                .create(options)
                .thenApplyAsync(
                        created -> {
                            spare = created;
                            return created;
                        },
                        lane);
    }

    private CompletableFuture<Started> create(LedgerWriter ledger, long firstTxId, Counters basedOn) {
        long highest = basedOn.maxSequenceNo().value();
        long sequenceNo = highest == 0 ? log.firstSequenceNo() : highest + 1;
        LogSegmentMetadata segment =
                LogSegmentMetadata.inProgress(sequenceNo, ledger.ledgerId(), firstTxId, log.regionId());
        isOutcomeUnknown = true;
        return log.store().start(segment, basedOn).thenApply(counters -> new Started(segment, ledger, counters));
    }

    private CompletableFuture<Started> look(LedgerWriter ledger, long firstTxId, Counters basedOn) {
        return log.store()
                .counters()
                .thenCompose(counters -> log.store()
                        .segments()
                        .thenComposeAsync(segments -> takeOver(ledger, firstTxId, basedOn, counters, segments), lane));
    }

    private CompletableFuture<Started> takeOver(
            LedgerWriter ledger, long firstTxId, Counters basedOn, Counters now, List<LogSegmentMetadata> segments) {
        for (LogSegmentMetadata segment : segments) {
            // Exactly as our start left them: later versions would be another writer's, and let us pass where he must
            // win.
            if (segment.isInProgress()
                    && segment.ledgerId() == ledger.ledgerId()
                    && now.maxTxId().equals(basedOn.maxTxId())
                    && now.maxSequenceNo().equals(basedOn.maxSequenceNo().next(segment.sequenceNo()))) {
                return CompletableFuture.completedFuture(new Started(segment, ledger, now));
            }
        }
        if (now.equals(basedOn)) {
            return create(ledger, firstTxId, basedOn);
        }
        return CompletableFuture.failedFuture(new DLException(
                StatusCode.WRITE_EXCEPTION, "another writer started a log segment of log " + log.logName()));
    }

    /** Deletes a ledger that was made for nothing; one whose node may exist is left alone. */
    CompletableFuture<Void> discard() {
        LedgerWriter kept = spare;
        if (kept == null || isOutcomeUnknown) {
            return CompletableFuture.completedFuture(null);
        }
        spare = null;
        return log.ledgers().delete(kept.ledgerId());
    }
}
