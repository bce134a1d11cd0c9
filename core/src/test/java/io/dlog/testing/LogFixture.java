package io.dlog.testing;

import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.log.LogConfig;
import io.dlog.log.read.ReaderStart;
import io.dlog.log.read.TailingLogReader;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegments;
import io.dlog.log.write.SegmentedLogWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * One log over ledgers and metadata in memory, with real lanes.
 *
 * <p>Thread: owned by the test.
 */
public final class LogFixture implements AutoCloseable {
    /** Each record at once, made visible at once. */
    public static final LogConfig IMMEDIATE = LogConfig.defaults().toBuilder()
            .outputBufferBytes(0)
            .immediateFlush(true)
            .lockTimeout(Duration.ZERO)
            .build();

    public final Scheduler scheduler = new ThreadScheduler("test", 4);
    public final Lane lane = scheduler.lane(99);
    public final InMemoryLedgers ledgers = new InMemoryLedgers(scheduler);
    public final StoreFaults storeFaults = new StoreFaults();
    public final InMemoryLogSegmentStore store = new InMemoryLogSegmentStore(lane, storeFaults);
    public final InMemoryWriteLocks locks = new InMemoryWriteLocks(lane, new StoreFaults());
    private long sessions;

    /** The log with these settings. */
    public LogSegments log(LogConfig config) {
        return new LogSegments("orders", store, ledgers, config, 0, 1);
    }

    /** A writer of a session of its own. */
    public SegmentedLogWriter writer(LogConfig config) {
        return await(openWriter(config, ++sessions));
    }

    /** A writer without regard for the lock, as one whose session expired without knowing. */
    public SegmentedLogWriter rivalWriter(LogConfig config) {
        InMemoryWriteLocks other = new InMemoryWriteLocks(lane, new StoreFaults());
        return await(SegmentedLogWriter.open(
                log(config), other.lock("rival", ++sessions), scheduler.lane(sessions), scheduler.clock()));
    }

    public CompletableFuture<SegmentedLogWriter> openWriter(LogConfig config, long session) {
        return SegmentedLogWriter.open(
                log(config), locks.lock("client-" + session, session), scheduler.lane(session), scheduler.clock());
    }

    public TailingLogReader reader(DLSN from) {
        return await(TailingLogReader.open(log(IMMEDIATE), new ReaderStart.AtDlsn(from), scheduler.lane(7)));
    }

    public TailingLogReader readerByTxId(long from) {
        return await(TailingLogReader.open(log(IMMEDIATE), new ReaderStart.AtTransactionId(from), scheduler.lane(7)));
    }

    public List<LogSegmentMetadata> segments() {
        return await(store.segments());
    }

    public static LogRecord record(long txId) {
        return new LogRecord(txId, ("record-" + txId).getBytes(StandardCharsets.UTF_8));
    }

    public static String text(LogRecord record) {
        return new String(record.getPayload(), StandardCharsets.UTF_8);
    }

    /** The next {@code count} records. */
    public static List<LogRecordWithDLSN> read(TailingLogReader reader, int count) {
        List<LogRecordWithDLSN> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(await(reader.readNext()));
        }
        return records;
    }

    /** Everything visible from the beginning. */
    public List<LogRecordWithDLSN> readAll() {
        TailingLogReader reader = reader(DLSN.InitialDLSN);
        List<LogRecordWithDLSN> all = new ArrayList<>();
        while (true) {
            List<LogRecordWithDLSN> some = await(reader.readAvailable(100));
            if (some.isEmpty()) {
                await(reader.asyncClose());
                return all;
            }
            all.addAll(some);
        }
    }

    /** The outcome of a future within ten seconds. */
    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.copy().orTimeout(10, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new IllegalStateException(Completions.cause(e));
        }
    }

    /** Why a future failed. */
    public static Throwable failureOf(CompletableFuture<?> future) {
        try {
            Object value = future.copy().orTimeout(10, TimeUnit.SECONDS).join();
            throw new AssertionError("should have failed, but is " + value);
        } catch (CompletionException e) {
            return Completions.cause(e);
        }
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
