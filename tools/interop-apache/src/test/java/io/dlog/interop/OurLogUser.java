package io.dlog.interop;

import io.dlog.log.AlreadyTruncatedTransactionException;
import io.dlog.log.AsyncLogReader;
import io.dlog.log.AsyncLogWriter;
import io.dlog.log.EndOfStreamException;
import io.dlog.log.LogConfig;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.Namespace;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordSet;
import io.dlog.log.record.LogRecordWithDLSN;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Our log library, over ZooKeeper and TCP. */
final class OurLogUser implements LogUser {
    private static final String CLIENT_ID = "our writer; 1";
    private static final LogConfig BASE =
            LogConfig.defaults().toBuilder().lockTimeout(Duration.ZERO).build();

    private final Namespace namespace;

    OurLogUser(String namespaceUri) throws Exception {
        namespace = new NamespaceBuilder()
                .uri(namespaceUri)
                .clientId(CLIENT_ID)
                .conf(BASE)
                .build();
    }

    @Override
    public String clientId() {
        return CLIENT_ID;
    }

    @Override
    public boolean refusesTruncatedPositions() {
        return true;
    }

    @Override
    public boolean countsOnInNewSegments() {
        return true;
    }

    @Override
    public void createLog(String log) throws Exception {
        namespace.createLog(log);
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Override
    public Writer openWriter(String log, Settings settings) throws Exception {
        LogConfig config = BASE.toBuilder()
                .compression(settings.compression())
                .outputBufferBytes(settings.outputBufferBytes())
                .periodicFlush(settings.periodicFlush())
                .immediateFlush(settings.isFlushedAtOnce())
                .rollingInterval(Duration.ZERO)
                .maxLogSegmentBytes(settings.maxLogSegmentBytes())
                .build();
        return new OurWriter(await(namespace.openLog(log, config).openAsyncLogWriter()));
    }

    @Override
    public Optional<String> refusedInFavourOf(String log) throws Exception {
        try {
            openWriter(log, Settings.immediate(Compression.NONE)).close();
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OwnershipAcquireFailedException refusal) {
                return Optional.of(refusal.getCurrentOwner());
            }
            throw e;
        }
    }

    /** Thread: as the writer beneath. */
    private record OurWriter(AsyncLogWriter writer) implements Writer {
        @Override
        public CompletableFuture<DLSN> write(long txId, byte[] payload) {
            return writer.write(new LogRecord(txId, payload));
        }

        @Override
        public CompletableFuture<DLSN> writeSet(long txId, List<byte[]> payloads, Compression compression) {
            LogRecordSet set = new LogRecordSet(compression);
            payloads.forEach(set::add);
            return writer.write(new LogRecord(txId, set.toPayload(), LogRecord.Kind.RECORD_SET));
        }

        @Override
        public void heartbeat(long txId) throws Exception {
            await(writer.heartbeat());
        }

        @Override
        public boolean truncate(DLSN before) throws Exception {
            return await(writer.truncate(before));
        }

        @Override
        public void markEndOfStream() throws Exception {
            await(writer.markEndOfStream());
        }

        @Override
        public void close() throws Exception {
            await(writer.asyncClose());
        }

        @Override
        public void abort() throws Exception {
            await(writer.asyncAbort());
        }
    }

    @Override
    public Reader openReader(String log, DLSN from) throws Exception {
        return new OurReader(await(namespace.openLog(log).openAsyncLogReader(from)));
    }

    @Override
    public Reader openReader(String log, long fromTxId) throws Exception {
        return new OurReader(await(namespace.openLog(log).openAsyncLogReader(fromTxId)));
    }

    /** Thread: as the reader beneath. */
    private record OurReader(AsyncLogReader reader) implements Reader {
        @Override
        public CompletableFuture<Optional<Seen>> next() {
            return reader.readNext()
                    .thenApply(record -> Optional.of(seen(record)))
                    .exceptionallyCompose(e -> Failure.isCausedBy(e, EndOfStreamException.class)
                            ? CompletableFuture.completedFuture(Optional.empty())
                            : CompletableFuture.failedFuture(e));
        }

        @Override
        public void close() throws Exception {
            await(reader.asyncClose());
        }
    }

    private static Seen seen(LogRecordWithDLSN record) {
        return Seen.of(record.getDlsn(), record.getTransactionId(), record.getSequenceId(), record.getPayload());
    }

    @Override
    public boolean refusesAsTruncated(String log, DLSN from) throws Exception {
        try (Reader reader = openReader(log, from)) {
            await(reader.next());
            return false;
        } catch (ExecutionException e) {
            if (Failure.isCausedBy(e, AlreadyTruncatedTransactionException.class)) {
                return true;
            }
            throw e;
        }
    }

    @Override
    public boolean refusesAsEnded(String log, long txId) throws Exception {
        Writer writer = openWriter(log, Settings.immediate(Compression.NONE));
        try {
            await(writer.write(txId, new byte[0]));
            return false;
        } catch (ExecutionException e) {
            if (Failure.isCausedBy(e, EndOfStreamException.class)) {
                return true;
            }
            throw e;
        } finally {
            writer.abort();
        }
    }

    @Override
    public List<LogSegmentInfo> segments(String log) throws Exception {
        return namespace.openLog(log).getLogSegments();
    }

    @Override
    public boolean isEnded(String log) throws Exception {
        return namespace.openLog(log).isEndOfStreamMarked();
    }

    @Override
    public long recordCount(String log) throws Exception {
        return await(namespace.openLog(log).getLogRecordCountAsync(DLSN.InitialDLSN));
    }

    @Override
    public Seen lastRecord(String log) throws Exception {
        return seen(await(namespace.openLog(log).getLastLogRecordAsync()));
    }

    @Override
    public void close() {
        namespace.close();
    }
}
