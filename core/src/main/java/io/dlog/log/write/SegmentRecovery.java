package io.dlog.log.write;

import io.dlog.client.LedgerReader;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.segment.LedgerFailures;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentReader;
import io.dlog.log.segment.LogSegmentStore.Counters;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.segment.RecordScan;
import io.dlog.log.segment.SegmentEnd;
import io.dlog.log.segment.SegmentEntries;
import io.dlog.log.segment.SegmentRecord;
import io.dlog.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what an earlier writer left behind, before a new one writes.
 *
 * <ol>
 *   <li>Take the segments in progress in order of their numbers; a writer that died while rolling leaves two.
 *   <li>Open the ledger with recovery: its writer is fenced, its last entry fixed.
 *   <li>Scan back for the last record that is no control record.
 *   <li>Complete the segment there. Compare-and-set of the log's counters decides between two that recover at a time.
 * </ol>
 *
 * <p>A segment without records is completed too, with no records and the transaction id of the log's last record: to
 * delete it would leave a hole in the segment numbers, which readers take for a loss, and to count the transaction id that
 * it was opened for would refuse writes that were never overtaken.
 *
 * <p>Thread: immutable; futures complete on any thread.
 */
final class SegmentRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

    private final LogSegments log;
    private final Clock clock;

    SegmentRecovery(LogSegments log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /**
     * What a new writer starts from.
     *
     * @param lastTxId of the last record of the log, {@link Long#MAX_VALUE} after its end
     * @param nextSequenceId sequence id of the next record, -1 when unknown
     */
    record Recovered(Counters counters, long lastTxId, long nextSequenceId) {}

    CompletableFuture<Recovered> run() {
        return log.store()
                .counters()
                .thenCompose(counters -> log.store().segments().thenCompose(segments -> {
                    long lastTxId = counters.maxTxId().value();
                    long nextSequenceId = 0;
                    for (LogSegmentMetadata segment : segments) {
                        if (!segment.isInProgress()) {
                            lastTxId = Math.max(lastTxId, segment.lastTxId());
                            nextSequenceId = after(segment);
                        }
                    }
                    // Counters first, then segments: a segment started in between fails the first compare-and-set.
                    List<LogSegmentMetadata> inProgress = segments.stream()
                            .filter(LogSegmentMetadata::isInProgress)
                            .toList();
                    return recover(inProgress, 0, new Recovered(counters, lastTxId, nextSequenceId));
                }));
    }

    private static long after(LogSegmentMetadata completed) {
        return completed.startSequenceId() < 0 ? -1 : completed.startSequenceId() + completed.recordCount();
    }

    private CompletableFuture<Recovered> recover(List<LogSegmentMetadata> inProgress, int index, Recovered before) {
        if (index == inProgress.size()) {
            return CompletableFuture.completedFuture(before);
        }
        return recover(inProgress.get(index), before).thenCompose(after -> recover(inProgress, index + 1, after));
    }

    private CompletableFuture<Recovered> recover(LogSegmentMetadata segment, Recovered before) {
        return log.ledgers()
                .openWithRecovery(segment.ledgerId(), LogSegmentReader.DIGEST_TYPE, log.password())
                .thenCompose(ledger -> lastRecord(segment, ledger))
                .exceptionallyCompose(
                        e -> CompletableFuture.failedFuture(LedgerFailures.ofRead(log.logName(), segment, e)))
                .thenCompose(last -> complete(segment, last, before));
    }

    private static CompletableFuture<Optional<SegmentRecord>> lastRecord(
            LogSegmentMetadata segment, LedgerReader ledger) {
        return RecordScan.last(ledger, SegmentEntries.of(segment), ledger.lastAddConfirmed())
                .whenComplete((last, failure) -> ledger.close());
    }

    private CompletableFuture<Recovered> complete(
            LogSegmentMetadata segment, Optional<SegmentRecord> last, Recovered before) {
        SegmentEnd end = last.map(SegmentRecovery::endAt).orElseGet(() -> SegmentEnd.empty(before.lastTxId()));
        if (end.lastTxId() < before.lastTxId() && log.config().sanityCheckTxnId()) {
            return CompletableFuture.failedFuture(new DLException(
                    StatusCode.ILLEGAL_STATE,
                    "log " + log.logName() + ", log segment " + segment.sequenceNo() + " ends at transaction id "
                            + end.lastTxId() + ", below " + before.lastTxId() + " of the segments before it"));
        }
        LogSegmentMetadata completed = segment.completed(end, clock.currentTimeMillis(), before.nextSequenceId());
        return log.store().complete(segment, completed, before.counters()).thenApply(counters -> {
            LOG.info(
                    "log segment recovered log={} segment={} ledger={} records={} lastTxId={}",
                    log.logName(),
                    segment.sequenceNo(),
                    segment.ledgerId(),
                    end.recordCount(),
                    end.lastTxId());
            long lastTxId = Math.max(before.lastTxId(), end.lastTxId());
            return new Recovered(counters, lastTxId, after(completed));
        });
    }

    private static SegmentEnd endAt(SegmentRecord last) {
        return new SegmentEnd(
                last.isEndOfStream() ? Long.MAX_VALUE : last.record().getTransactionId(),
                last.position(),
                last.record().getDlsn().entryId(),
                last.record().getDlsn().slotId());
    }
}
