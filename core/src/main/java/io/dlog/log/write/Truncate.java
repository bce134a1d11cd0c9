package io.dlog.log.write;

import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.record.DLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Gives up what lies before a position.
 *
 * <pre>
 *   segment          1            2             3          4 in progress
 *   truncate(2,5,0)  TRUNCATED    PARTIALLY     ACTIVE     never touched
 *                                 from (5,0)
 * </pre>
 *
 * <p>The point never moves back. Thread: immutable; futures complete on any thread.
 */
final class Truncate {
    private final LogSegmentStore store;

    Truncate(LogSegmentStore store) {
        this.store = store;
    }

    /** Completes with whether anything was given up. */
    CompletableFuture<Boolean> before(DLSN point) {
        return store.segments().thenCompose(segments -> {
            List<Change> changes = new ArrayList<>();
            for (LogSegmentMetadata segment : segments) {
                changeOf(segment, point).ifPresent(after -> changes.add(new Change(segment, after)));
            }
            // In order, so that a crash between two leaves a truncated prefix and no hole.
            CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
            for (Change change : changes) {
                done = done.thenCompose(previous -> store.update(change.before(), change.after()));
            }
            return done.thenApply(all -> !changes.isEmpty());
        });
    }

    private record Change(LogSegmentMetadata before, LogSegmentMetadata after) {}

    private static Optional<LogSegmentMetadata> changeOf(LogSegmentMetadata segment, DLSN point) {
        if (segment.isInProgress() || segment.truncation() == Truncation.TRUNCATED) {
            return Optional.empty();
        }
        if (segment.sequenceNo() < point.logSegmentSequenceNo()
                || segment.lastDLSN().compareTo(point) < 0) {
            return Optional.of(
                    segment.truncated(Truncation.TRUNCATED, segment.minActiveEntryId(), segment.minActiveSlotId()));
        }
        if (segment.sequenceNo() > point.logSegmentSequenceNo() || point.compareTo(segment.minActiveDLSN()) <= 0) {
            return Optional.empty();
        }
        return Optional.of(segment.truncated(Truncation.PARTIALLY_TRUNCATED, point.entryId(), point.slotId()));
    }
}
