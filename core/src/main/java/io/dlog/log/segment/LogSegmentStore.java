package io.dlog.log.segment;

import io.dlog.metadata.Versioned;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The port to the metadata of one log's segments. Each change is one transaction that names the versions it is based on, so
 * that of two writers one wins and the other learns it. Futures fail with {@code io.dlog.log.DLException}: code
 * {@code METADATA_EXCEPTION} when another writer was first, {@code ZOOKEEPER_ERROR} when the outcome is not known; the same
 * change may then be asked for again and succeeds if it had happened.
 *
 * <p>Thread: safe. Futures complete on any thread.
 */
public interface LogSegmentStore {
    /**
     * The log's counters with the versions that the next change must name.
     *
     * @param maxTxId highest transaction id of a completed segment; {@link Long#MAX_VALUE} after the end of stream
     * @param maxSequenceNo highest segment number ever given out, 0 when none
     */
    record Counters(Versioned<Long> maxTxId, Versioned<Long> maxSequenceNo) {}

    /** Reads the counters; fails with {@code LogNotFoundException} when there is no such log. */
    CompletableFuture<Counters> counters();

    /** All segments in order of sequence number; of a segment that is both in progress and completed only the latter. */
    CompletableFuture<List<LogSegmentMetadata>> segments();

    /** Creates the node of a new segment in progress and raises the highest segment number, both or neither. */
    CompletableFuture<Counters> start(LogSegmentMetadata inProgress, Counters basedOn);

    /** Replaces the node in progress by the completed one and raises the highest transaction id, all or nothing. */
    CompletableFuture<Counters> complete(LogSegmentMetadata inProgress, LogSegmentMetadata completed, Counters basedOn);

    /** Rewrites a completed segment's truncation status. */
    CompletableFuture<Void> update(LogSegmentMetadata before, LogSegmentMetadata after);

    /** Removes a segment's node; its ledger must be gone already. Absent counts as removed. */
    CompletableFuture<Void> delete(LogSegmentMetadata segment);

    /** Calls back after changes of the set of segments until closed; the callback reads them anew. */
    AutoCloseable watch(Runnable onChange);
}
