package io.dlog.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.DLException;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.StatusCode;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentMetadataCodec;
import io.dlog.log.segment.LogSegmentStore;
import io.dlog.log.segment.LogSegmentStore.Counters;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link LogSegmentStore} does. */
public abstract class LogSegmentStoreContract {
    /** The segments of a new log. */
    protected abstract LogSegmentStore store();

    /** A segment in progress. */
    protected static LogSegmentMetadata inProgress(long sequenceNo, long ledgerId) {
        return new LogSegmentMetadata(
                5,
                ledgerId,
                true,
                sequenceNo,
                100,
                -1,
                0,
                0,
                -1,
                -1,
                Truncation.ACTIVE,
                0,
                0,
                -1,
                0,
                LogSegmentMetadataCodec.inProgressName(sequenceNo));
    }

    /** The same segment, completed. */
    protected static LogSegmentMetadata completed(
            LogSegmentMetadata segment, long lastTxId, Truncation truncation, long minActiveEntryId) {
        return new LogSegmentMetadata(
                5,
                segment.ledgerId(),
                false,
                segment.sequenceNo(),
                segment.firstTxId(),
                lastTxId,
                1_700_000_000_000L,
                3,
                4,
                0,
                truncation,
                minActiveEntryId,
                0,
                0,
                0,
                LogSegmentMetadataCodec.completedName(segment.sequenceNo()));
    }

    /** Waits for a result. */
    protected static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static void assertConflict(ThrowingCallable call) {
        assertThatThrownBy(call)
                .cause()
                .isInstanceOfSatisfying(
                        DLException.class, e -> assertThat(e.getCode()).isEqualTo(StatusCode.METADATA_EXCEPTION));
    }

    @Test
    void aSegmentIsStartedCompletedTruncatedAndDeleted() throws Exception {
        Counters none = get(store().counters());
        assertThat(none.maxTxId().value()).isZero();
        assertThat(none.maxSequenceNo().value()).isZero();
        assertThat(get(store().segments())).isEmpty();

        LogSegmentMetadata started = inProgress(1, 10);
        Counters afterStart = get(store().start(started, none));
        assertThat(afterStart.maxSequenceNo().value()).isEqualTo(1);
        assertThat(get(store().counters())).isEqualTo(afterStart);
        assertThat(get(store().segments())).containsExactly(started);

        LogSegmentMetadata done = completed(started, 300, Truncation.ACTIVE, 0);
        Counters afterComplete = get(store().complete(started, done, afterStart));
        assertThat(afterComplete.maxTxId().value()).isEqualTo(300);
        assertThat(get(store().counters())).isEqualTo(afterComplete);
        assertThat(get(store().segments())).containsExactly(done);

        LogSegmentMetadata truncated = completed(started, 300, Truncation.PARTIALLY_TRUNCATED, 2);
        get(store().update(done, truncated));
        assertThat(get(store().segments())).containsExactly(truncated);

        get(store().delete(truncated));
        get(store().delete(truncated));
        assertThat(get(store().segments())).isEmpty();
        assertThat(get(store().counters())).isEqualTo(afterComplete);
    }

    @Test
    void ofTwoWritersThatStartASegmentOneLearnsThatItLost() throws Exception {
        Counters none = get(store().counters());
        get(store().start(inProgress(1, 10), none));
        assertConflict(() -> get(store().start(inProgress(1, 11), none)));
        assertConflict(() -> get(store().start(inProgress(2, 12), none)));
        assertThat(get(store().segments())).containsExactly(inProgress(1, 10));
    }

    @Test
    void ofTwoWritersThatCompleteASegmentOneLearnsThatItLost() throws Exception {
        Counters started = get(store().start(inProgress(1, 10), get(store().counters())));
        get(store().complete(inProgress(1, 10), completed(inProgress(1, 10), 300, Truncation.ACTIVE, 0), started));
        assertConflict(() -> get(
                store().complete(inProgress(1, 10), completed(inProgress(1, 10), 200, Truncation.ACTIVE, 0), started)));
        assertThat(get(store().counters()).maxTxId().value()).isEqualTo(300);
    }

    @Test
    void aChangeThatIsRepeatedAfterItHappenedSucceeds() throws Exception {
        Counters none = get(store().counters());
        Counters started = get(store().start(inProgress(1, 10), none));
        assertThat(get(store().start(inProgress(1, 10), none))).isEqualTo(started);
        LogSegmentMetadata done = completed(inProgress(1, 10), 300, Truncation.ACTIVE, 0);
        Counters completed = get(store().complete(inProgress(1, 10), done, started));
        assertThat(get(store().complete(inProgress(1, 10), done, started))).isEqualTo(completed);
    }

    @Test
    void aRepeatedStartIsRefusedWhenAnotherWriterCameAfterIt() throws Exception {
        Counters none = get(store().counters());
        Counters started = get(store().start(inProgress(1, 10), none));
        get(store().start(inProgress(2, 20), started));
        assertConflict(() -> get(store().start(inProgress(1, 10), none)));
    }

    @Test
    void aRepeatedCompletionIsRefusedWhenAnotherWriterCameAfterIt() throws Exception {
        Counters started = get(store().start(inProgress(1, 10), get(store().counters())));
        LogSegmentMetadata done = completed(inProgress(1, 10), 300, Truncation.ACTIVE, 0);
        Counters completed = get(store().complete(inProgress(1, 10), done, started));
        get(store().start(inProgress(2, 20), completed));
        assertConflict(() -> get(store().complete(inProgress(1, 10), done, started)));
    }

    @Test
    void anUpdateBasedOnOldContentIsRefused() throws Exception {
        Counters started = get(store().start(inProgress(1, 10), get(store().counters())));
        LogSegmentMetadata done = completed(inProgress(1, 10), 300, Truncation.ACTIVE, 0);
        get(store().complete(inProgress(1, 10), done, started));
        LogSegmentMetadata second = completed(inProgress(1, 10), 300, Truncation.PARTIALLY_TRUNCATED, 2);
        get(store().update(done, second));
        get(store().update(done, second));
        assertConflict(() ->
                get(store().update(done, completed(inProgress(1, 10), 300, Truncation.PARTIALLY_TRUNCATED, 1))));
        assertThat(get(store().segments())).containsExactly(second);
    }

    @Test
    void segmentsComeInOrderOfNumber() throws Exception {
        Counters counters = get(store().counters());
        for (long n = 1; n <= 12; n++) {
            counters = get(store().start(inProgress(n, n), counters));
            if (n < 12) {
                counters = get(store().complete(
                                inProgress(n, n),
                                completed(inProgress(n, n), n * 100, Truncation.ACTIVE, 0),
                                counters));
            }
        }
        assertThat(get(store().segments()))
                .extracting(LogSegmentMetadata::sequenceNo)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
    }

    @Test
    void callsBackWhenTheSetOfSegmentsChanges() throws Exception {
        LinkedBlockingQueue<String> nudges = new LinkedBlockingQueue<>();
        AutoCloseable watch = store().watch(() -> nudges.add("nudge"));
        Counters started = get(store().start(inProgress(1, 10), get(store().counters())));
        assertThat(nudges.poll(20, TimeUnit.SECONDS)).isEqualTo("nudge");
        LogSegmentMetadata done = completed(inProgress(1, 10), 300, Truncation.ACTIVE, 0);
        get(store().complete(inProgress(1, 10), done, started));
        assertThat(nudges.poll(20, TimeUnit.SECONDS)).isEqualTo("nudge");
        watch.close();
    }
}
