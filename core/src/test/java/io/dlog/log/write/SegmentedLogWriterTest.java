package io.dlog.log.write;

import static io.dlog.testing.LogFixture.IMMEDIATE;
import static io.dlog.testing.LogFixture.await;
import static io.dlog.testing.LogFixture.failureOf;
import static io.dlog.testing.LogFixture.read;
import static io.dlog.testing.LogFixture.record;
import static io.dlog.testing.LogFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.client.LedgerException;
import io.dlog.log.DLException;
import io.dlog.log.EndOfStreamException;
import io.dlog.log.LockingException;
import io.dlog.log.LogConfig;
import io.dlog.log.LogRecordTooLongException;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.StatusCode;
import io.dlog.log.TransactionIdOutOfOrderException;
import io.dlog.log.read.TailingLogReader;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordSet;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.testing.LogFixture;
import io.dlog.testing.StoreFaults.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SegmentedLogWriterTest {
    private static final LogConfig ROLL_EACH_RECORD = IMMEDIATE.toBuilder()
            .rollingInterval(Duration.ZERO)
            .maxLogSegmentBytes(1)
            .build();

    private final LogFixture log = new LogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void writesRecordsThatAReaderGetsInOrder() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        List<DLSN> written = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            written.add(await(writer.write(record(i))));
        }
        // A control record after each record, hence every second entry.
        assertThat(written.get(1)).isEqualTo(new DLSN(1, 2, 0));
        List<LogRecordWithDLSN> read = read(log.reader(DLSN.InitialDLSN), 5);
        assertThat(read).extracting(LogRecordWithDLSN::getDlsn).isEqualTo(written);
        assertThat(read).extracting(LogRecordWithDLSN::getSequenceId).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(read).extracting(LogFixture::text).endsWith("record-5");
        await(writer.asyncClose());
        LogSegmentMetadata segment = log.segments().get(0);
        assertThat(segment.isInProgress()).isFalse();
        assertThat(segment.recordCount()).isEqualTo(5);
        assertThat(segment.lastDLSN()).isEqualTo(written.get(4));
        assertThat(segment.firstTxId()).isEqualTo(1);
        assertThat(segment.lastTxId()).isEqualTo(5);
        assertThat(segment.startSequenceId()).isZero();
    }

    @Test
    void packsRecordsIntoOneEntryUntilTheBufferIsFull() {
        LogConfig buffered = IMMEDIATE.toBuilder()
                .outputBufferBytes(2 * (20 + "record-1".length()))
                .immediateFlush(false)
                .build();
        SegmentedLogWriter writer = log.writer(buffered);
        CompletableFuture<DLSN> first = writer.write(record(1));
        CompletableFuture<DLSN> second = writer.write(record(2));
        CompletableFuture<DLSN> third = writer.write(record(3));
        assertThat(await(first)).isEqualTo(new DLSN(1, 0, 0));
        assertThat(await(second)).isEqualTo(new DLSN(1, 0, 1));
        assertThat(third).isNotDone();
        await(writer.flush());
        assertThat(await(third)).isEqualTo(new DLSN(1, 1, 0));
        await(writer.commit());
        assertThat(read(log.reader(DLSN.InitialDLSN), 3)).hasSize(3);
    }

    @Test
    void periodicFlushSendsAndMakesVisible() {
        LogConfig periodic = IMMEDIATE.toBuilder()
                .outputBufferBytes(100_000)
                .immediateFlush(false)
                .periodicFlush(Duration.ofMillis(4))
                .compression(Compression.LZ4)
                .build();
        SegmentedLogWriter writer = log.writer(periodic);
        CompletableFuture<DLSN> written = writer.write(record(1));
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        assertThat(await(reader.readNext()).getDlsn()).isEqualTo(await(written));
    }

    @Test
    void rollsWhileWritesAreUnderWayAndLosesNothing() {
        SegmentedLogWriter writer = log.writer(ROLL_EACH_RECORD);
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        List<CompletableFuture<DLSN>> writes = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            writes.add(writer.write(record(i)));
            if (i % 10 == 0) {
                await(writes.get(i - 1));
            }
        }
        List<LogRecordWithDLSN> read = read(reader, 200);
        for (int i = 0; i < 200; i++) {
            assertThat(read.get(i).getDlsn()).isEqualTo(await(writes.get(i)));
            assertThat(read.get(i).getTransactionId()).isEqualTo(i + 1);
            assertThat(read.get(i).getSequenceId()).isEqualTo(i);
        }
        await(writer.asyncClose());
        List<LogSegmentMetadata> segments = log.segments();
        assertThat(segments).hasSizeGreaterThan(2).noneMatch(LogSegmentMetadata::isInProgress);
        assertThat(segments.stream().mapToInt(LogSegmentMetadata::recordCount).sum())
                .isEqualTo(200);
        long expectedStart = 0;
        for (int i = 0; i < segments.size(); i++) {
            assertThat(segments.get(i).sequenceNo()).isEqualTo(i + 1);
            assertThat(segments.get(i).startSequenceId()).isEqualTo(expectedStart);
            // A reader by transaction id trusts that what lies below it is in an earlier segment.
            assertThat(segments.get(i).firstTxId())
                    .isEqualTo(read.get((int) expectedStart).getTransactionId());
            expectedStart += segments.get(i).recordCount();
        }
    }

    @Test
    void secondWriterRecoversAndFencesTheFirst() {
        SegmentedLogWriter first = log.writer(IMMEDIATE);
        DLSN last = await(first.write(record(10)));
        SegmentedLogWriter second = log.rivalWriter(IMMEDIATE);
        assertThat(second.getLastTxId()).isEqualTo(10);
        Throwable refused = failureOf(first.write(record(11)));
        assertThat(refused).isInstanceOf(DLException.class).hasMessageContaining("another writer took over");
        assertThat(failureOf(first.write(record(12)))).isSameAs(refused);
        assertThat(await(second.write(record(13)))).isEqualTo(new DLSN(2, 0, 0));
        assertThat(log.readAll()).extracting(LogFixture::text).containsExactly("record-10", "record-13");
        assertThat(log.segments().get(0).lastDLSN()).isEqualTo(last);
    }

    @Test
    void recoversBothSegmentsOfAWriterThatDiedWhileRolling() {
        SegmentedLogWriter first = log.writer(ROLL_EACH_RECORD);
        await(first.write(record(1)));
        log.ledgers.hold();
        // Starts segment 2 and then waits for the acknowledgement of what is in segment 1.
        List<CompletableFuture<DLSN>> stuck = new ArrayList<>();
        while (log.segments().size() < 2 && stuck.size() < 1000) {
            stuck.add(first.write(record(2 + stuck.size())));
            await(first.truncate(DLSN.InitialDLSN));
        }
        assertThat(log.segments()).hasSize(2).allMatch(LogSegmentMetadata::isInProgress);
        log.ledgers.letGo();
        SegmentedLogWriter second = log.rivalWriter(IMMEDIATE);
        assertThat(log.segments()).noneMatch(LogSegmentMetadata::isInProgress);
        await(second.write(record(2000)));
        assertThat(log.readAll())
                .extracting(LogFixture::text)
                .startsWith("record-1", "record-2")
                .endsWith("record-2000")
                .hasSizeGreaterThan(stuck.size());
    }

    @Test
    void lockIsRefusedToASecondWriterAndFreeAfterClose() {
        SegmentedLogWriter first = log.writer(IMMEDIATE);
        assertThat(failureOf(log.openWriter(IMMEDIATE, 50))).isInstanceOf(OwnershipAcquireFailedException.class);
        await(first.asyncClose());
        assertThat(((DLException) failureOf(first.write(record(1)))).getCode()).isEqualTo(StatusCode.ALREADY_CLOSED);
        SegmentedLogWriter second = await(log.openWriter(IMMEDIATE, 51));
        await(second.write(record(1)));
    }

    @Test
    void lostLockFailsWrites() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.write(record(1)));
        log.locks.expire(1);
        await(log.store.counters());
        await(log.store.counters());
        assertThat(failureOf(writer.write(record(2)))).isInstanceOf(LockingException.class);
    }

    @Test
    void lockLostDuringRecoveryFailsTheOpening() {
        log.storeFaults.otherwise(() -> {
            log.locks.expire(77);
            return Fault.NONE;
        });
        assertThat(failureOf(log.openWriter(IMMEDIATE, 77))).isInstanceOf(LockingException.class);
        log.storeFaults.otherwise(() -> Fault.NONE);
        SegmentedLogWriter next = await(log.openWriter(IMMEDIATE, 78));
        await(next.write(record(2)));
    }

    @Test
    void completionIsPutOffWhenTheLedgersMetadataCannotBeWritten() {
        SegmentedLogWriter writer = log.writer(ROLL_EACH_RECORD);
        log.ledgers.failCloses(new LedgerException(LedgerException.Code.METADATA_UNAVAILABLE, "ZooKeeper is away"));
        for (int i = 1; i <= 1000 && log.segments().size() < 2; i++) {
            await(writer.write(record(i)));
        }
        assertThat(log.segments()).hasSize(2).allMatch(LogSegmentMetadata::isInProgress);
        assertThat(await(writer.write(record(2000))).logSegmentSequenceNo()).isEqualTo(2);
        assertThat(await(writer.write(record(2001))).logSegmentSequenceNo()).isEqualTo(2);
    }

    @Test
    void overloadRefusesRecordsAndFailsNoneThatItTook() {
        LogConfig each = IMMEDIATE.toBuilder().immediateFlush(false).build();
        SegmentedLogWriter writer = log.writer(each);
        await(writer.write(record(1)));
        log.ledgers.hold();
        List<CompletableFuture<DLSN>> writes = new ArrayList<>();
        for (int i = 2; i < 25_002; i++) {
            writes.add(writer.write(record(i)));
        }
        await(writer.truncate(DLSN.InitialDLSN));
        List<CompletableFuture<DLSN>> refused =
                writes.stream().filter(CompletableFuture::isDone).toList();
        assertThat(refused).hasSize(25_000 - SegmentedLogWriter.OUTSTANDING_ENTRIES_MAX);
        assertThat(refused)
                .extracting(write -> ((DLException) failureOf(write)).getCode())
                .containsOnly(StatusCode.OVER_CAPACITY);
        assertThat(((DLException) failureOf(writer.heartbeat())).getCode()).isEqualTo(StatusCode.OVER_CAPACITY);
        List<CompletableFuture<DLSN>> taken =
                writes.stream().filter(write -> !write.isDone()).toList();
        log.ledgers.letGo();
        assertThat(taken.stream().map(LogFixture::await)).hasSize(SegmentedLogWriter.OUTSTANDING_ENTRIES_MAX);
        await(writer.write(record(30_000)));
    }

    @Test
    void abortEndsACloseThatBookiesDoNotLetEnd() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.write(record(1)));
        log.ledgers.hold();
        CompletableFuture<DLSN> stuck = writer.write(record(2));
        CompletableFuture<Void> closing = writer.asyncClose();
        assertThat(failureOf(writer.write(record(3)))).hasMessageContaining("is closed");
        assertThat(closing).isNotDone();
        await(writer.asyncAbort());
        await(closing);
        assertThat(failureOf(stuck)).hasMessageContaining("is closed");
        log.ledgers.letGo();
        SegmentedLogWriter next = log.writer(IMMEDIATE);
        await(next.write(record(4)));
    }

    @Test
    void abortDeletesTheLedgerMadeForTheNextSegment() {
        SegmentedLogWriter writer = log.writer(ROLL_EACH_RECORD);
        // The first record starts the segment, the second finds it due to roll.
        await(writer.write(record(1)));
        await(writer.write(record(2)));
        for (int i = 0; i < 1000 && await(log.ledgers.list()).size() < 2; i++) {
            await(writer.truncate(DLSN.InitialDLSN));
        }
        assertThat(await(log.ledgers.list())).hasSize(2);
        await(writer.asyncAbort());
        for (int i = 0; i < 1000 && await(log.ledgers.list()).size() > 1; i++) {
            assertThat(log.segments()).hasSize(1);
        }
        assertThat(await(log.ledgers.list())).hasSize(1);
    }

    @Test
    void afterARefusalTheRestOfABulkIsCancelled() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        List<CompletableFuture<DLSN>> written =
                await(writer.writeBulk(List.of(record(5), record(4), record(6), record(7))));
        await(written.get(0));
        assertThat(failureOf(written.get(1))).isInstanceOf(TransactionIdOutOfOrderException.class);
        for (CompletableFuture<DLSN> rest : written.subList(2, 4)) {
            assertThat(((DLException) failureOf(rest)).getCode()).isEqualTo(StatusCode.WRITE_CANCELLED_EXCEPTION);
        }
        await(writer.write(record(6)));
        assertThat(log.readAll()).extracting(LogFixture::text).containsExactly("record-5", "record-6");
    }

    @Test
    void transactionIdsNeverGoBack() {
        SegmentedLogWriter first = log.writer(IMMEDIATE);
        await(first.write(record(5)));
        await(first.write(record(5)));
        assertThat(failureOf(first.write(record(4)))).isInstanceOf(TransactionIdOutOfOrderException.class);
        assertThat(failureOf(first.write(record(-1)))).isInstanceOf(TransactionIdOutOfOrderException.class);
        assertThat(failureOf(first.write(record(Long.MAX_VALUE)))).isInstanceOf(TransactionIdOutOfOrderException.class);
        await(first.asyncClose());
        SegmentedLogWriter second = log.writer(IMMEDIATE);
        assertThat(failureOf(second.write(record(4)))).isInstanceOf(TransactionIdOutOfOrderException.class);
        await(second.write(record(5)));
    }

    @Test
    void transactionIdOfAFailedStartDoesNotCount() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        log.ledgers.failCreates(new LedgerException(LedgerException.Code.NOT_ENOUGH_BOOKIES, "one of three"));
        assertThat(failureOf(writer.write(record(100)))).hasMessageContaining("one of three");
        log.ledgers.failCreates(null);
        assertThat(await(writer.write(record(7)))).isEqualTo(new DLSN(1, 0, 0));
    }

    @Test
    void emptySegmentIsCompletedWithoutRaisingTheTransactionId() {
        SegmentedLogWriter first = log.writer(IMMEDIATE);
        log.ledgers.failAdds(new LedgerException(LedgerException.Code.WRITE_FAILED, "bookies are down"));
        assertThat(failureOf(first.write(record(1000)))).hasMessageContaining("bookies are down");
        log.ledgers.failAdds(null);
        SegmentedLogWriter second = log.rivalWriter(IMMEDIATE);
        assertThat(second.getLastTxId()).isZero();
        assertThat(await(second.write(record(3)))).isEqualTo(new DLSN(2, 0, 0));
        assertThat(log.segments().get(0).recordCount()).isZero();
        assertThat(log.readAll()).extracting(LogFixture::text).containsExactly("record-3");
    }

    @Test
    void lostReplyOfASegmentStartIsResolvedWithoutASecondLedger() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        log.storeFaults.plan(Fault.REPLY_LOST);
        assertThat(failureOf(writer.write(record(1)))).hasMessageContaining("did not answer");
        assertThat(await(writer.write(record(2)))).isEqualTo(new DLSN(1, 0, 0));
        assertThat(log.segments()).hasSize(1);
        assertThat(await(log.ledgers.list())).hasSize(1);
    }

    @Test
    void keepsWritingTheOldSegmentWhenMetadataFailWhileRolling() {
        SegmentedLogWriter writer = log.writer(ROLL_EACH_RECORD);
        log.storeFaults.plan(Fault.NONE, Fault.REQUEST_LOST);
        for (int i = 1; i <= 20; i++) {
            assertThat(await(writer.write(record(i))).logSegmentSequenceNo()).isEqualTo(1);
        }
        await(writer.asyncClose());
        assertThat(log.segments()).hasSize(1);
        assertThat(await(log.ledgers.list())).as("no orphan ledger").hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void endOfStreamEndsWritersAndReaders() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.write(record(1)));
        assertThat(await(writer.markEndOfStream())).isEqualTo(1);
        assertThat(failureOf(writer.write(record(2)))).isInstanceOf(EndOfStreamException.class);
        await(writer.asyncClose());
        LogSegmentMetadata segment = log.segments().get(0);
        assertThat(segment.lastTxId()).isEqualTo(Long.MAX_VALUE);
        assertThat(segment.recordCount()).isEqualTo(1);
        TailingLogReader reader = log.reader(DLSN.InitialDLSN);
        assertThat(text(await(reader.readNext()))).isEqualTo("record-1");
        assertThat(failureOf(reader.readNext())).isInstanceOf(EndOfStreamException.class);
        SegmentedLogWriter next = log.writer(IMMEDIATE);
        assertThat(failureOf(next.write(record(3)))).isInstanceOf(EndOfStreamException.class);
    }

    @Test
    void endOfStreamOfAnEmptyLogIsAnEnd() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        assertThat(await(writer.markEndOfStream())).isZero();
        assertThat(failureOf(log.reader(DLSN.InitialDLSN).readNext())).isInstanceOf(EndOfStreamException.class);
    }

    @Test
    void truncatesWholeSegmentsAndPartOfOne() {
        for (int i = 0; i < 3; i++) {
            SegmentedLogWriter writer = log.writer(IMMEDIATE);
            for (int j = 1; j <= 3; j++) {
                await(writer.write(record(10L * i + j)));
            }
            await(writer.asyncClose());
        }
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        await(writer.write(record(100)));
        assertThat(await(writer.truncate(new DLSN(2, 2, 0)))).isTrue();
        assertThat(log.segments())
                .extracting(LogSegmentMetadata::truncation)
                .containsExactly(
                        Truncation.TRUNCATED, Truncation.PARTIALLY_TRUNCATED, Truncation.ACTIVE, Truncation.ACTIVE);
        assertThat(log.segments().get(1).minActiveDLSN()).isEqualTo(new DLSN(2, 2, 0));
        assertThat(await(writer.truncate(new DLSN(2, 1, 0))))
                .as("the point never moves back")
                .isFalse();
        assertThat(await(writer.truncate(new DLSN(9, 0, 0)))).isTrue();
        assertThat(log.segments().get(3).truncation()).isEqualTo(Truncation.ACTIVE);
    }

    @Test
    void largeRecordsAreWrittenUpToTheLimitAndRefusedBeyond() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        byte[] largest = new byte[LogRecord.MAX_LOGRECORD_SIZE];
        largest[17] = 42;
        await(writer.write(new LogRecord(1, largest)));
        assertThat(failureOf(writer.write(new LogRecord(2, new byte[LogRecord.MAX_LOGRECORD_SIZE + 1]))))
                .isInstanceOf(LogRecordTooLongException.class);
        await(writer.write(record(3)));
        List<LogRecordWithDLSN> read = log.readAll();
        assertThat(read.get(0).getPayload()).isEqualTo(largest);
        assertThat(text(read.get(1))).isEqualTo("record-3");
    }

    @Test
    void recordSetsTakeAsManySlotsAndSequenceIdsAsTheyHaveRecords() {
        SegmentedLogWriter writer = log.writer(IMMEDIATE);
        LogRecordSet set = new LogRecordSet(Compression.LZ4);
        set.add("a".getBytes(StandardCharsets.UTF_8));
        set.add("b".getBytes(StandardCharsets.UTF_8));
        await(writer.write(new LogRecord(1, set.toPayload(), LogRecord.Kind.RECORD_SET)));
        await(writer.write(record(2)));
        await(writer.asyncClose());
        List<LogRecordWithDLSN> read = log.readAll();
        assertThat(read).extracting(LogFixture::text).containsExactly("a", "b", "record-2");
        assertThat(read).extracting(LogRecordWithDLSN::getSequenceId).containsExactly(0L, 1L, 2L);
        assertThat(log.segments().get(0).recordCount()).isEqualTo(3);
    }
}
