package io.dlog.log.read;

import io.dlog.log.AlreadyTruncatedTransactionException;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.record.DLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.SegmentEntries;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which segment follows, and which sequence ids its records have.
 *
 * <p>The next segment is the one with the next number. When the list lacks it but has a later one, the list may have been
 * read while the segment was being completed, so it is read again; to take the later one at once would skip a segment. When
 * the gap stays, sequence ids say whether records were lost in it.
 *
 * <p>Thread: owned by the reader's lane.
 */
final class SegmentWalk {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWalk.class);
    private static final long UNKNOWN = -1;
    private static final int GAP_READS = 3;

    private final String logName;
    private final long firstSequenceNo;
    private long lastLeft;
    private long sequenceIdAfterLeft = UNKNOWN;
    private int gapReads;

    /**
     * @param firstSequenceNo number of the log's first segment
     */
    SegmentWalk(String logName, long firstSequenceNo) {
        this.logName = logName;
        this.firstSequenceNo = firstSequenceNo;
    }

    /** Whether the walk has read a segment to its end; before that the position says where to start. */
    boolean hasLeftOne() {
        return lastLeft > 0;
    }

    /**
     * Notes that a segment was read to its end.
     *
     * @param nextSequenceId sequence id that follows its last record, negative when unknown
     */
    void left(LogSegmentMetadata segment, long nextSequenceId) {
        lastLeft = segment.sequenceNo();
        sequenceIdAfterLeft = nextSequenceId;
        gapReads = 0;
    }

    /** What to do next. */
    enum Step {
        READ,
        /** There is no later segment yet. */
        WAIT,
        /** The list may be torn: read it again. */
        LIST_AGAIN
    }

    /** Thread: immutable. */
    record Next(Step step, @Nullable LogSegmentMetadata segment, long sequenceIdBase) {
        static final Next WAIT = new Next(Step.WAIT, null, UNKNOWN);
        static final Next LIST_AGAIN = new Next(Step.LIST_AGAIN, null, UNKNOWN);
    }

    /** The segment that holds {@code position}, or the next one behind it. */
    Next next(DLSN position, List<LogSegmentMetadata> segments) throws AlreadyTruncatedTransactionException {
        long wanted = hasLeftOne() ? lastLeft + 1 : position.logSegmentSequenceNo();
        for (int i = 0; i < segments.size(); i++) {
            LogSegmentMetadata segment = segments.get(i);
            if (segment.sequenceNo() < wanted) {
                continue;
            }
            boolean isGap = segment.sequenceNo() > wanted && wanted >= firstSequenceNo;
            if (isGap && ++gapReads < GAP_READS) {
                return Next.LIST_AGAIN;
            }
            if (isGap) {
                checkGap(segment, wanted);
            }
            checkActive(segment, position);
            return new Next(Step.READ, segment, sequenceIdBase(segment, i == 0 ? null : segments.get(i - 1)));
        }
        return Next.WAIT;
    }

    private void checkGap(LogSegmentMetadata found, long wanted) throws AlreadyTruncatedTransactionException {
        boolean isKnown = found.startSequenceId() >= 0 && sequenceIdAfterLeft >= 0;
        if (isKnown && found.startSequenceId() != sequenceIdAfterLeft) {
            throw new AlreadyTruncatedTransactionException("log " + logName + ": log segments " + wanted + " to "
                    + (found.sequenceNo() - 1) + " were deleted before they were read");
        }
        LOG.warn("log segments are missing log={} from={} next={}", logName, wanted, found.sequenceNo());
    }

    private void checkActive(LogSegmentMetadata segment, DLSN position) throws AlreadyTruncatedTransactionException {
        DLSN here = position.logSegmentSequenceNo() == segment.sequenceNo()
                ? position
                : new DLSN(segment.sequenceNo(), 0, 0);
        boolean isTruncated = segment.truncation() == Truncation.TRUNCATED
                ? segment.recordCount() > 0 && here.compareTo(segment.lastDLSN()) <= 0
                : here.compareTo(segment.minActiveDLSN()) < 0;
        if (isTruncated) {
            throw new AlreadyTruncatedTransactionException(
                    "log " + logName + ": " + here + " was truncated before it was read");
        }
    }

    private long sequenceIdBase(LogSegmentMetadata segment, @Nullable LogSegmentMetadata previous) {
        if (segment.startSequenceId() >= 0) {
            return segment.startSequenceId();
        }
        if (previous != null
                && !previous.isInProgress()
                && previous.startSequenceId() >= 0
                && previous.sequenceNo() + 1 == segment.sequenceNo()) {
            return previous.startSequenceId() + previous.recordCount();
        }
        if (segment.sequenceNo() == firstSequenceNo) {
            return 0;
        }
        if (hasLeftOne() && sequenceIdAfterLeft >= 0) {
            return sequenceIdAfterLeft;
        }
        return SegmentEntries.unknownSequenceIdBase(segment.sequenceNo());
    }
}
