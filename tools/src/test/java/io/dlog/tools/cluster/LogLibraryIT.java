package io.dlog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerFragment;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.log.AlreadyTruncatedTransactionException;
import io.dlog.log.AsyncLogReader;
import io.dlog.log.AsyncLogWriter;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.EndOfStreamException;
import io.dlog.log.LogConfig;
import io.dlog.log.LogExistsException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.LogReader;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.LogWriter;
import io.dlog.log.Namespace;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.StatusCode;
import io.dlog.log.TransactionIdOutOfOrderException;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordSet;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the log library promises, on a real ZooKeeper and two bookkeeper clusters of real bookies:
 *
 * <pre>
 *   /messaging/ns        bound to cluster X, /x/ledgers
 *   /messaging/ns/S      bound to cluster Y, /y/ledgers
 * </pre>
 */
@Tag("integration")
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LogLibraryIT {
    private static final String PATH = "/messaging/ns";

    /** Every record is sent at once and made visible at once. */
    private static final LogConfig CONFIG = LogConfig.defaults().toBuilder()
            .outputBufferBytes(0)
            .immediateFlush(true)
            .lockTimeout(Duration.ofSeconds(20))
            .zkSessionTimeout(Duration.ofSeconds(10))
            .build();

    private static final LogConfig ROLLING = CONFIG.toBuilder()
            .rollingInterval(Duration.ZERO)
            .maxLogSegmentBytes(4_000)
            .build();

    private EmbeddedZooKeeper zooKeeper;
    private ZooKeeperSession session;
    private BookiesForTests x;
    private BookiesForTests y;
    private Namespace namespace;

    @BeforeAll
    void startTwoClusters(@TempDir Path scratch) throws Exception {
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, scratch.resolve("zk"));
        session = ZooKeeperSession.connect(zooKeeper.connectString(), Duration.ofSeconds(30));
        x = BookiesForTests.start(zooKeeper.connectString(), "/x/ledgers", scratch.resolve("x"), 3);
        y = BookiesForTests.start(zooKeeper.connectString(), "/y/ledgers", scratch.resolve("y"), 3);
        bind(PATH, x);
        bind(PATH + "/S", y);
        namespace = open("first");
    }

    @AfterAll
    void stopAllAndLeaveNoThread() throws Exception {
        Set<Thread> made = threads("bookie-");
        assertThat(made).isNotEmpty();
        namespace.close();
        y.close();
        x.close();
        session.close();
        zooKeeper.close();
        assertEnd(made);
    }

    private void bind(String path, BookiesForTests cluster) throws DLException {
        String zk = zooKeeper.connectString();
        BlockingCalls.await(bindings()
                .bind(
                        path,
                        new NamespaceBinding(zk, cluster.root(), true, false, zk, zk, zk, null, null, null),
                        NamespaceBindingNodes.MissingNode.CREATE)
                .thenApply(done -> true));
    }

    private void unbind(String path) throws DLException {
        BlockingCalls.await(bindings().unbind(path).thenApply(done -> true));
    }

    private NamespaceBindingNodes bindings() {
        return new NamespaceBindingNodes(session);
    }

    private Namespace open(String clientId) throws DLException {
        return new NamespaceBuilder()
                .uri("distributedlog://" + zooKeeper.connectString() + PATH)
                .conf(CONFIG)
                .clientId(clientId)
                .build();
    }

    private static LogRecord record(long txId) {
        return new LogRecord(txId, text(txId).getBytes(StandardCharsets.UTF_8));
    }

    private static String text(long txId) {
        return "record " + txId + " " + "=".repeat(300);
    }

    private static String text(LogRecordWithDLSN record) {
        return new String(record.getPayload(), StandardCharsets.UTF_8);
    }

    private static <T> T within(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    /** Writes records one after another, each acknowledged before the next; their positions. */
    private static List<DLSN> write(AsyncLogWriter writer, long from, long to) throws Exception {
        List<DLSN> positions = new ArrayList<>();
        for (long txId = from; txId <= to; txId++) {
            positions.add(within(writer.write(record(txId))));
        }
        return positions;
    }

    private static void writeLog(DistributedLogManager log, long from, long to) throws Exception {
        AsyncLogWriter writer = within(log.openAsyncLogWriter());
        write(writer, from, to);
        within(writer.asyncClose());
    }

    private static void assertReads(AsyncLogReader reader, long from, long to) throws Exception {
        DLSN before = DLSN.InvalidDLSN;
        for (long txId = from; txId <= to; txId++) {
            LogRecordWithDLSN read = within(reader.readNext());
            assertThat(read.getTransactionId()).isEqualTo(txId);
            assertThat(text(read)).isEqualTo(text(txId));
            assertThat(read.getDlsn()).isGreaterThan(before);
            before = read.getDlsn();
        }
    }

    private static void assertHolds(DistributedLogManager log, long from, long to) throws Exception {
        AsyncLogReader reader = within(log.openAsyncLogReader(DLSN.InitialDLSN));
        assertReads(reader, from, to);
        within(reader.asyncClose());
    }

    private static Set<Long> added(Set<Long> before, Set<Long> after) {
        Set<Long> added = new HashSet<>(after);
        added.removeAll(before);
        return added;
    }

    @Test
    void aStreamUnderANestedBindingReallyGoesToTheNestedCluster() throws Exception {
        Set<Long> xBefore = x.ledgers();
        Set<Long> yBefore = y.ledgers();
        for (String name : List.of("S/a", "S/deep/b")) {
            namespace.createLog(name);
            DistributedLogManager log = namespace.openLog(name);
            writeLog(log, 1, 3);
            assertHolds(log, 1, 3);
            assertThat(y.ledgers()).contains(log.getLogSegments().get(0).ledgerId());
        }
        assertThat(added(xBefore, x.ledgers())).isEmpty();
        assertThat(added(yBefore, y.ledgers())).hasSize(2);

        DistributedLogManager outside = namespace.openLog("outside");
        writeLog(outside, 1, 3);
        assertThat(added(xBefore, x.ledgers()))
                .containsExactly(outside.getLogSegments().get(0).ledgerId());
        assertThat(added(yBefore, y.ledgers())).hasSize(2);
        assertThat(namespace.getLogs()).toIterable().contains("S/a", "S/deep/b", "outside");
    }

    @Test
    void aBindingIsInheritedFromAboveOverriddenBelowAndGoneWhenUnbound() throws Exception {
        bind(PATH + "/S/back", x);
        Set<Long> xBefore = x.ledgers();
        DistributedLogManager back = namespace.openLog("S/back/log");
        writeLog(back, 1, 1);
        assertThat(added(xBefore, x.ledgers())).hasSize(1);

        unbind(PATH + "/S/back");
        Set<Long> yBefore = y.ledgers();
        xBefore = x.ledgers();
        writeLog(namespace.openLog("S/back/other"), 1, 1);
        assertThat(added(yBefore, y.ledgers())).hasSize(1);
        assertThat(added(xBefore, x.ledgers())).isEmpty();

        bind(PATH + "/S/back", x);
        assertHolds(namespace.openLog("S/back/log"), 1, 1);
    }

    @Test
    void aStreamCanCarryABindingOfItsOwn() throws Exception {
        bind(PATH + "/own", y);
        Set<Long> yBefore = y.ledgers();
        DistributedLogManager log = namespace.openLog("own");
        writeLog(log, 1, 2);
        assertThat(added(yBefore, y.ledgers()))
                .containsExactly(log.getLogSegments().get(0).ledgerId());
        assertHolds(log, 1, 2);
    }

    @Test
    void createsListsAndDeletesLogsTogetherWithTheirLedgers() throws Exception {
        namespace.createLog("orders");
        assertThatThrownBy(() -> namespace.createLog("orders")).isInstanceOf(LogExistsException.class);
        assertThat(namespace.logExists("orders")).isTrue();
        DistributedLogManager log = namespace.openLog("orders", ROLLING);
        writeLog(log, 1, 30);
        List<Long> ledgers =
                log.getLogSegments().stream().map(LogSegmentInfo::ledgerId).toList();
        assertThat(ledgers).hasSizeGreaterThanOrEqualTo(2);
        assertThat(x.ledgers()).containsAll(ledgers);

        namespace.deleteLog("orders");
        assertThat(x.ledgers()).doesNotContainAnyElementsOf(ledgers);
        assertThat(namespace.logExists("orders")).isFalse();
        assertThat(namespace.getLogs()).toIterable().doesNotContain("orders");
        assertThatThrownBy(() -> namespace.deleteLog("orders")).isInstanceOf(LogNotFoundException.class);
    }

    @Test
    void aReaderSeesBufferedRecordsOnceTheyAreCommitted() throws Exception {
        LogConfig buffered = CONFIG.toBuilder()
                .outputBufferBytes(64 * 1024)
                .immediateFlush(false)
                .compression(Compression.LZ4)
                .build();
        DistributedLogManager log = namespace.openLog("buffered", buffered);
        LogReader reader = null;
        try (LogWriter writer = log.openLogWriter()) {
            for (long txId = 1; txId <= 100; txId++) {
                writer.write(record(txId));
            }
            assertThat(writer.commit()).isEqualTo(100);
            reader = log.openLogReader(DLSN.InitialDLSN);
            List<LogRecordWithDLSN> read = reader.readBulk(LogReader.Wait.BLOCKING, 100);
            assertThat(read).isNotEmpty();
            long next = 1;
            while (true) {
                for (LogRecordWithDLSN found : read) {
                    assertThat(text(found)).isEqualTo(text(next++));
                }
                if (next > 100) {
                    break;
                }
                read = reader.readBulk(LogReader.Wait.BLOCKING, 100);
            }
            assertThat(reader.readNext(LogReader.Wait.NON_BLOCKING)).isNull();
        } finally {
            if (reader != null) {
                reader.close();
            }
        }
        LogSegmentInfo segment = log.getLogSegments().get(0);
        assertThat(segment.recordCount()).isEqualTo(100);
        // 32 kB of text in a few entries, not one for each record.
        assertThat(x.ledger(segment.ledgerId()).lastEntryId()).isLessThan(5);
    }

    @Test
    void acknowledgesManyWritesInOrderAndRefusesTransactionIdsThatGoBack() throws Exception {
        DistributedLogManager log = namespace.openLog("many");
        AsyncLogWriter writer = within(log.openAsyncLogWriter());
        List<LogRecord> records =
                LongStream.rangeClosed(1, 200).mapToObj(LogLibraryIT::record).toList();
        DLSN before = DLSN.InvalidDLSN;
        for (CompletableFuture<DLSN> written : within(writer.writeBulk(records))) {
            DLSN position = within(written);
            assertThat(position).isGreaterThan(before);
            before = position;
        }
        assertThatThrownBy(() -> within(writer.write(record(5))))
                .hasCauseInstanceOf(TransactionIdOutOfOrderException.class);
        LogRecordSet set = new LogRecordSet(Compression.LZ4);
        set.add("one".getBytes(StandardCharsets.UTF_8));
        set.add("two".getBytes(StandardCharsets.UTF_8));
        DLSN ofSet = within(writer.write(new LogRecord(201, set.toPayload(), LogRecord.Kind.RECORD_SET)));
        within(writer.asyncClose());
        assertHolds(log, 1, 200);
        AsyncLogReader reader = within(log.openAsyncLogReader(ofSet));
        assertThat(text(within(reader.readNext()))).isEqualTo("one");
        assertThat(text(within(reader.readNext()))).isEqualTo("two");
        within(reader.asyncClose());
        assertThat(within(log.getLogRecordCountAsync(DLSN.InitialDLSN))).isEqualTo(202);
        assertThat(within(log.getFirstLogRecordAsync()).getTransactionId()).isEqualTo(1);
        assertThat(within(log.getLastLogRecordAsync()).getTransactionId()).isEqualTo(201);
    }

    @Test
    void rollsBySizeWhileAReaderTailsAndIsReadFromAnyPosition() throws Exception {
        DistributedLogManager log = namespace.openLog("rolling", ROLLING);
        AsyncLogWriter writer = within(log.openAsyncLogWriter());
        List<DLSN> positions = new ArrayList<>(write(writer, 1, 1));
        try (Namespace elsewhere = open("reader")) {
            AsyncLogReader tailing = within(elsewhere.openLog("rolling").openAsyncLogReader(DLSN.InitialDLSN));
            CompletableFuture<Void> tailed = CompletableFuture.runAsync(() -> {
                try {
                    assertReads(tailing, 1, 80);
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            positions.addAll(write(writer, 2, 80));
            within(tailed);
            within(tailing.asyncClose());
        }
        within(writer.asyncClose());
        List<LogSegmentInfo> segments = log.getLogSegments();
        assertThat(segments).hasSizeGreaterThanOrEqualTo(3).noneMatch(LogSegmentInfo::isInProgress);
        assertThat(segments.stream().mapToInt(LogSegmentInfo::recordCount).sum())
                .isEqualTo(80);
        assertThat(positions).isSorted().doesNotHaveDuplicates();

        for (int txId : List.of(1, 13, 40, 66, 80)) {
            AsyncLogReader byPosition = within(log.openAsyncLogReader(positions.get(txId - 1)));
            assertReads(byPosition, txId, 80);
            within(byPosition.asyncClose());
            AsyncLogReader byTransaction = within(log.openAsyncLogReader(txId));
            assertReads(byTransaction, txId, 80);
            within(byTransaction.asyncClose());
        }

        DLSN middle = positions.get(39);
        AsyncLogWriter truncating = within(log.openAsyncLogWriter());
        assertThat(within(truncating.truncate(middle))).isTrue();
        assertThat(within(truncating.truncate(middle))).isFalse();
        within(truncating.asyncClose());
        assertHolds(log, 40, 80);
        assertThat(within(log.getFirstLogRecordAsync()).getTransactionId()).isEqualTo(40);
        assertThat(within(log.getLogRecordCountAsync(DLSN.InitialDLSN))).isEqualTo(41);
        assertThatThrownBy(() ->
                        within(within(log.openAsyncLogReader(positions.get(2))).readNext()))
                .hasCauseInstanceOf(AlreadyTruncatedTransactionException.class);
    }

    @Test
    void oneClientWritesAtATimeAndTheNextOneIsToldWhoHoldsTheLock() throws Exception {
        LogConfig impatient = CONFIG.toBuilder().lockTimeout(Duration.ZERO).build();
        try (Namespace second = open("second")) {
            AsyncLogWriter writer = within(namespace.openLog("locked").openAsyncLogWriter());
            write(writer, 1, 3);
            assertThatThrownBy(() -> within(second.openLog("locked", impatient).openAsyncLogWriter()))
                    .hasCauseInstanceOf(OwnershipAcquireFailedException.class)
                    .cause()
                    .satisfies(e -> assertThat(((OwnershipAcquireFailedException) e).getCurrentOwner())
                            .isEqualTo("first"));

            CompletableFuture<AsyncLogWriter> waiting = second.openLog("locked").openAsyncLogWriter();
            write(writer, 4, 6);
            assertThat(waiting).isNotDone();
            within(writer.asyncClose());
            AsyncLogWriter next = within(waiting);
            assertThat(next.getLastTxId()).isEqualTo(6);
            write(next, 7, 9);
            within(next.asyncClose());
            assertThatThrownBy(() -> within(writer.write(record(10)))).hasCauseInstanceOf(DLException.class);
        }
        assertHolds(namespace.openLog("locked"), 1, 9);
    }

    @Test
    void theNextWriterRecoversWhatAnAbandonedOneLeft() throws Exception {
        DistributedLogManager log = namespace.openLog("abandoned");
        AsyncLogWriter unfinished;
        try (Namespace lost = open("lost")) {
            unfinished = within(lost.openLog("abandoned").openAsyncLogWriter());
            write(unfinished, 1, 20);
        }
        assertThat(log.getLogSegments()).singleElement().matches(LogSegmentInfo::isInProgress);
        // Readers of an open segment see the last record once something follows it, here the recovery.
        assertHolds(log, 1, 19);

        AsyncLogWriter next = within(log.openAsyncLogWriter());
        assertThat(next.getLastTxId()).isEqualTo(20);
        assertThat(log.getLogSegments())
                .singleElement()
                .satisfies(segment -> assertThat(segment.isInProgress()).isFalse())
                .satisfies(segment -> assertThat(segment.recordCount()).isEqualTo(20));
        write(next, 21, 25);
        within(next.asyncAbort());

        AsyncLogWriter third = within(log.openAsyncLogWriter());
        assertThat(third.getLastTxId()).isEqualTo(25);
        within(third.asyncClose());
        assertHolds(log, 1, 25);
        assertThatThrownBy(() -> within(unfinished.write(record(26)))).isInstanceOf(Exception.class);
    }

    @Test
    void aWriterWhoseLockWasTakenAwayIsFencedOut() throws Exception {
        DistributedLogManager log = namespace.openLog("taken");
        AsyncLogWriter old = within(log.openAsyncLogWriter());
        write(old, 1, 5);
        String lock = PATH + "/taken/<default>/lock";
        for (String member : BlockingCalls.await(session.children(lock))) {
            BlockingCalls.await(session.deleteIfPresent(lock + "/" + member).thenApply(done -> true));
        }
        try (Namespace second = open("second")) {
            AsyncLogWriter next = within(second.openLog("taken").openAsyncLogWriter());
            assertThatThrownBy(() -> within(old.write(record(6)))).hasCauseInstanceOf(DLException.class);
            write(next, 6, 9);
            within(next.asyncClose());
        }
        within(old.asyncAbort());
        assertHolds(log, 1, 9);
        assertThat(within(log.getLogRecordCountAsync(DLSN.InitialDLSN))).isEqualTo(9);
    }

    @Test
    void anEndedStreamStaysEnded() throws Exception {
        DistributedLogManager log = namespace.openLog("ended");
        AsyncLogWriter writer = within(log.openAsyncLogWriter());
        write(writer, 1, 3);
        assertThat(log.isEndOfStreamMarked()).isFalse();
        AsyncLogReader reader = within(log.openAsyncLogReader(DLSN.InitialDLSN));
        assertReads(reader, 1, 3);
        CompletableFuture<LogRecordWithDLSN> none = reader.readNext();
        within(writer.markEndOfStream());
        assertThatThrownBy(() -> within(none)).hasCauseInstanceOf(EndOfStreamException.class);
        assertThatThrownBy(() -> within(writer.write(record(4)))).hasCauseInstanceOf(EndOfStreamException.class);
        within(writer.asyncClose());
        within(reader.asyncClose());
        assertThat(log.isEndOfStreamMarked()).isTrue();

        AsyncLogWriter again = within(log.openAsyncLogWriter());
        assertThatThrownBy(() -> within(again.write(record(5)))).hasCauseInstanceOf(EndOfStreamException.class);
        within(again.asyncClose());
    }

    @Test
    void writesGoOnOverAnotherBookieWhenOneStops() throws Exception {
        while (x.size() < 6) {
            x.startOne();
        }
        LogConfig striped = CONFIG.toBuilder()
                .ensembleSize(5)
                .writeQuorum(3)
                .ackQuorum(2)
                .writeTimeout(Duration.ofSeconds(2))
                .build();
        DistributedLogManager log = namespace.openLog("striped", striped);
        AsyncLogWriter writer = within(log.openAsyncLogWriter());
        write(writer, 1, 20);
        long ledger = log.getLogSegments().get(0).ledgerId();
        LedgerMetadata before = x.ledger(ledger);
        assertThat(before.lastFragment().ensemble()).hasSize(5);
        BookieId victim = before.lastFragment().ensemble().get(1);
        x.stop(victim);
        write(writer, 21, 60);

        LedgerMetadata after = x.ledger(ledger);
        assertThat(after.fragments()).hasSizeGreaterThanOrEqualTo(2);
        LedgerFragment last = after.lastFragment();
        assertThat(last.ensemble()).hasSize(5).doesNotContain(victim).doesNotHaveDuplicates();
        within(writer.asyncClose());
        assertThat(log.getLogSegments()).hasSize(1);
        assertHolds(log, 1, 60);
        x.startOne();
    }

    @Test
    void refusesAnOpenedLogWhenNobodyMayCreateIt() throws Exception {
        LogConfig strict = CONFIG.toBuilder().createStreamIfNotExists(false).build();
        DistributedLogManager log = namespace.openLog("nowhere", strict);
        assertThatThrownBy(() -> within(log.openAsyncLogWriter())).hasCauseInstanceOf(LogNotFoundException.class);
        assertThatThrownBy(() -> within(log.getLastLogRecordAsync()))
                .cause()
                .isInstanceOfSatisfying(
                        DLException.class, e -> assertThat(e.getCode()).isEqualTo(StatusCode.LOG_NOT_FOUND));
    }

    @Test
    void aClosedNamespaceLeavesNoThread() throws Exception {
        Set<Thread> before = threads("dlog-");
        Namespace brief = open("brief");
        writeLog(brief.openLog("brief"), 1, 5);
        writeLog(brief.openLog("S/brief"), 1, 5);
        // Neither writer nor reader is closed by hand: the namespace ends them.
        within(brief.openLog("brief").openAsyncLogWriter());
        AsyncLogReader waiting = within(brief.openLog("brief").openAsyncLogReader(DLSN.InitialDLSN));
        assertReads(waiting, 1, 5);
        Set<Thread> made = threads("dlog-");
        made.removeAll(before);
        assertThat(made).isNotEmpty();
        brief.close();
        assertEnd(made);
    }

    /** Live threads whose names begin so. */
    private static Set<Thread> threads(String prefix) {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith(prefix));
        return threads;
    }

    private static void assertEnd(Set<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(10_000);
        }
        assertThat(threads).noneMatch(Thread::isAlive);
    }
}
