package io.dlog.log.read;

import static io.dlog.testing.LogFixture.IMMEDIATE;
import static io.dlog.testing.LogFixture.await;
import static io.dlog.testing.LogFixture.failureOf;
import static io.dlog.testing.LogFixture.read;
import static io.dlog.testing.LogFixture.record;
import static io.dlog.testing.LogFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.AlreadyTruncatedTransactionException;
import io.dlog.log.LogConfig;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.SegmentRecord;
import io.dlog.log.write.SegmentedLogWriter;
import io.dlog.testing.LogFixture;
import io.dlog.testing.StoreFaults.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TailingLogReaderTest {
    private final LogFixture log = new LogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    /** Segments of three records each: transaction ids 1 to 3, 11 to 13, 21 to 23, and so on. */
    private void writeSegments(int count) {
        for (int i = 0; i < count; i++) {
            SegmentedLogWriter writer = log.writer(IMMEDIATE);
            for (int j = 1; j <= 3; j++) {
                await(writer.write(record(10L * i + j)));
            }
            await(writer.asyncClose());
        }
    }

    @Test
    void waitsForTheFirstRecordOfAnEmptyLog() {
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        CompletableFuture<LogRecordWithDLSN> first = reader.readNext();
        assertThat(await(log.store.segments())).isEmpty();
        assertThat(first).isNotDone();
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.write(record(1)));
        assertThat(text(await(first))).isEqualTo("record-1");
    }

    @Test
    void followsTheWriterOverTheEndOfASegmentIntoTheNext() {
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        for (int round = 0; round < 5; round++) {
            SegmentedLogWriter writer = log.writer(IMMEDIATE);
            for (int i = 1; i <= 4; i++) {
                long txId = 10L * round + i;
                CompletableFuture<LogRecordWithDLSN> next = reader.readNext();
                DLSN dlsn = await(writer.write(record(txId)));
                LogRecordWithDLSN read = await(next);
                assertThat(read.getDlsn()).isEqualTo(dlsn);
                assertThat(read.getTransactionId()).isEqualTo(txId);
                assertThat(read.getSequenceId()).isEqualTo(4L * round + i - 1);
            }
            await(writer.asyncClose());
        }
    }

    @Test
    void doesNotSkipTheSegmentThatATornListLacks() {
        writeSegments(3);
        SegmentWalk walk = new SegmentWalk("orders", 1);
        List<LogSegmentMetadata> all = log.segments();
        walk.left(all.get(0), 3);
        try {
            SegmentWalk.Next torn = walk.next(new DLSN(2, 0, 0), List.of(all.get(0), all.get(2)));
            assertThat(torn.step()).isEqualTo(SegmentWalk.Step.LIST_AGAIN);
            SegmentWalk.Next whole = walk.next(new DLSN(2, 0, 0), all);
            assertThat(whole.segment()).isEqualTo(all.get(1));
            assertThat(whole.sequenceIdBase()).isEqualTo(3);
        } catch (AlreadyTruncatedTransactionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void saysSoWhenSegmentsWereDeletedBeforeItReadThem() {
        writeSegments(4);
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        assertThat(read(reader, 3)).hasSize(3);
        await(log.store.delete(log.segments().get(1)));
        assertThat(failureOf(reader.readNext())).isInstanceOf(AlreadyTruncatedTransactionException.class);
    }

    @Test
    void startsAtAPositionOrTheNextRecordBehindIt() {
        writeSegments(3);
        assertThat(read(log.reader(new DLSN(2, 2, 0)), 2))
                .extracting(LogFixture::text)
                .containsExactly("record-12", "record-13");
        assertThat(read(log.reader(new DLSN(2, 2, 1)), 1))
                .extracting(LogFixture::text)
                .containsExactly("record-13");
        assertThat(read(log.reader(new DLSN(2, 900, 0)), 1))
                .extracting(LogFixture::text)
                .containsExactly("record-21");
        assertThat(read(log.reader(DLSN.NonInclusiveLowerBound), 1))
                .extracting(LogFixture::text)
                .containsExactly("record-1");
    }

    @Test
    void startsAtATransactionIdWhereverItLies() {
        writeSegments(3);
        long[] asked = {0, 1, 2, 3, 4, 11, 12, 13, 14, 23};
        long[] found = {1, 1, 2, 3, 11, 11, 12, 13, 21, 23};
        for (int i = 0; i < asked.length; i++) {
            LogRecordWithDLSN first = await(log.readerByTxId(asked[i]).readNext());
            assertThat(first.getTransactionId()).as("asked for %s", asked[i]).isEqualTo(found[i]);
        }
        TailingLogReader beyond = log.readerByTxId(24);
        CompletableFuture<LogRecordWithDLSN> next = beyond.readNext();
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.write(record(23)));
        await(writer.write(record(25)));
        assertThat(await(next).getTransactionId()).isEqualTo(25);
    }

    @Test
    void refusesAPositionThatWasTruncatedAndStartsBehindItOtherwise() {
        writeSegments(3);
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.truncate(new DLSN(2, 2, 0)));
        CompletableFuture<TailingLogReader> refused =
                TailingLogReader.open(log.log(IMMEDIATE), new ReaderStart.AtDlsn(new DLSN(1, 2, 0)), log.lane);
        assertThat(failureOf(refused)).isInstanceOf(AlreadyTruncatedTransactionException.class);
        assertThat(read(log.reader(DLSN.InitialDLSN), 1))
                .extracting(LogFixture::text)
                .containsExactly("record-12");
        assertThat(read(log.readerByTxId(0), 1)).extracting(LogFixture::text).containsExactly("record-12");
        assertThat(read(log.reader(new DLSN(2, 2, 0)), 1))
                .extracting(LogFixture::text)
                .containsExactly("record-12");
    }

    @Test
    void readsInBulkWhatIsThere() {
        writeSegments(2);
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        List<LogRecordWithDLSN> some = await(reader.readBulk(100));
        assertThat(some).isNotEmpty();
        List<LogRecordWithDLSN> rest = await(reader.readBulk(6 - some.size(), Duration.ofSeconds(5)));
        assertThat(some.size() + rest.size()).isEqualTo(6);
        assertThat(await(reader.readAvailable(10))).isEmpty();
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        assertThat(await(reader.readAvailable(10))).isEmpty();
        await(writer.write(record(50)));
        assertThat(await(reader.readBulk(10, Duration.ofMillis(20))))
                .extracting(LogFixture::text)
                .containsExactly("record-50");
    }

    @Test
    void goesOnAfterMetadataCouldNotBeRead() {
        writeSegments(1);
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        log.storeFaults.plan(Fault.REQUEST_LOST, Fault.REPLY_LOST);
        assertThat(read(reader, 3)).hasSize(3);
    }

    @Test
    void readsThatComeWhileItWaitsToTryAgainDoNotUseUpTheRetries() {
        writeSegments(1);
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        log.storeFaults.otherwise(() -> Fault.REQUEST_LOST);
        List<CompletableFuture<LogRecordWithDLSN>> reads = new ArrayList<>();
        for (int i = 0; i < 3 * TailingLogReader.RETRIES_MAX; i++) {
            reads.add(reader.readNext());
            assertThat(failureOf(log.store.segments())).hasMessageContaining("did not answer");
        }
        log.storeFaults.otherwise(() -> Fault.NONE);
        for (CompletableFuture<LogRecordWithDLSN> read : reads.subList(0, 3)) {
            assertThat(text(await(read))).startsWith("record-");
        }
    }

    @Test
    void closeFailsReadsThatWait() {
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        CompletableFuture<LogRecordWithDLSN> next = reader.readNext();
        await(reader.asyncClose().thenApply(closed -> true));
        assertThat(failureOf(next)).hasMessageContaining("is closed");
        assertThat(failureOf(reader.readNext())).hasMessageContaining("is closed");
    }

    @Test
    void findsFirstAndLastRecordAndCounts() {
        LogConfig config = IMMEDIATE;
        LogPositioner positioner = new LogPositioner(log.log(config));
        assertThat(await(positioner.first())).isEmpty();
        assertThat(await(positioner.last())).isEmpty();
        writeSegments(2);
        SegmentedLogWriter writer = log.writer(config);
        await(writer.write(record(30)));
        await(writer.commit().thenApply(done -> true));
        assertThat(await(positioner.first()).map(SegmentRecord::record).map(LogFixture::text))
                .contains("record-1");
        assertThat(await(positioner.last()).map(SegmentRecord::record).map(LogFixture::text))
                .contains("record-30");
        assertThat(await(positioner.count(DLSN.InitialDLSN))).isEqualTo(7);
        assertThat(await(positioner.count(new DLSN(2, 2, 0)))).isEqualTo(3);
        assertThat(await(positioner.isEndOfStreamMarked())).isFalse();
        await(writer.truncate(new DLSN(2, 2, 0)));
        assertThat(await(positioner.count(DLSN.InitialDLSN))).isEqualTo(3);
        assertThat(await(positioner.first()).map(SegmentRecord::record).map(LogFixture::text))
                .contains("record-12");
        await(writer.markEndOfStream());
        assertThat(await(positioner.isEndOfStreamMarked())).isTrue();
        assertThat(await(positioner.last()).map(SegmentRecord::record).map(LogFixture::text))
                .contains("record-30");
    }
}
