package io.dlog.interop;

import io.dlog.log.LogSegmentInfo;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.distributedlog.DistributedLogConfiguration;
import org.apache.distributedlog.LogRecord;
import org.apache.distributedlog.LogRecordSet;
import org.apache.distributedlog.LogRecordWithDLSN;
import org.apache.distributedlog.LogSegmentMetadata;
import org.apache.distributedlog.api.AsyncLogReader;
import org.apache.distributedlog.api.AsyncLogWriter;
import org.apache.distributedlog.api.DistributedLogManager;
import org.apache.distributedlog.api.namespace.Namespace;
import org.apache.distributedlog.api.namespace.NamespaceBuilder;
import org.apache.distributedlog.exceptions.AlreadyTruncatedTransactionException;
import org.apache.distributedlog.exceptions.EndOfStreamException;
import org.apache.distributedlog.exceptions.OwnershipAcquireFailedException;
import org.apache.distributedlog.io.CompressionCodec;

/** The published Apache library. */
final class ApacheLogUser implements LogUser {
    private static final String CLIENT_ID = "apache writer; 2";
    private static final byte[] HEARTBEAT = "heartbeat".getBytes(StandardCharsets.UTF_8);

    private final String namespaceUri;
    private final Namespace namespace;

    /** A log's own configuration may not say how it is written, so each way of writing has a namespace of its own. */
    private final Map<Settings, Namespace> writingNamespaces = new HashMap<>();

    ApacheLogUser(String namespaceUri) throws Exception {
        this.namespaceUri = namespaceUri;
        this.namespace = namespace(configuration());
    }

    private Namespace namespace(DistributedLogConfiguration conf) throws Exception {
        return NamespaceBuilder.newBuilder()
                .uri(URI.create(namespaceUri))
                .clientId(CLIENT_ID)
                .conf(conf)
                .build();
    }

    private static DistributedLogConfiguration configuration() {
        DistributedLogConfiguration conf = new DistributedLogConfiguration();
        conf.setLockTimeout(0);
        conf.setLogSegmentRollingIntervalMinutes(0);
        // By default a namespace rolls one log segment a minute
        conf.setLogSegmentRollingConcurrency(-1);
        conf.setEnsembleSize(3);
        conf.setWriteQuorumSize(3);
        conf.setAckQuorumSize(2);
        conf.setZKSessionTimeoutSeconds(10);
        conf.setBKClientZKSessionTimeout(10);
        conf.setProperty("numWorkerThreads", 2);
        conf.setBKClientNumberIOThreads(2);
        // Closing a namespace waits as long for threads that have nothing to do
        conf.setSchedulerShutdownTimeoutMs(100);
        return conf;
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static DLSN ours(org.apache.distributedlog.DLSN dlsn) {
        return DLSN.deserializeBytes(dlsn.serializeBytes());
    }

    private static org.apache.distributedlog.DLSN theirs(DLSN dlsn) {
        return org.apache.distributedlog.DLSN.deserializeBytes(dlsn.serializeBytes());
    }

    @Override
    public String clientId() {
        return CLIENT_ID;
    }

    @Override
    public boolean refusesTruncatedPositions() {
        return false;
    }

    @Override
    public boolean countsOnInNewSegments() {
        return false;
    }

    @Override
    public void createLog(String log) throws Exception {
        namespace.createLog(log);
    }

    @Override
    public Writer openWriter(String log, Settings settings) throws Exception {
        DistributedLogManager manager = writingNamespace(settings).openLog(log);
        try {
            return new ApacheWriter(manager, await(manager.openAsyncLogWriter()));
        } catch (ExecutionException e) {
            manager.close();
            throw e;
        }
    }

    private Namespace writingNamespace(Settings settings) throws Exception {
        Namespace known = writingNamespaces.get(settings);
        if (known != null) {
            return known;
        }
        DistributedLogConfiguration conf = configuration();
        conf.setCompressionType(settings.compression().name().toLowerCase(Locale.ROOT));
        conf.setOutputBufferSize(settings.outputBufferBytes());
        conf.setPeriodicFlushFrequencyMilliSeconds(
                Math.toIntExact(settings.periodicFlush().toMillis()));
        conf.setImmediateFlushEnabled(settings.isFlushedAtOnce());
        conf.setMaxLogSegmentBytes(settings.maxLogSegmentBytes());
        Namespace made = namespace(conf);
        writingNamespaces.put(settings, made);
        return made;
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
    private record ApacheWriter(DistributedLogManager manager, AsyncLogWriter writer) implements Writer {
        @Override
        public CompletableFuture<DLSN> write(long txId, byte[] payload) {
            return writer.write(new LogRecord(txId, payload)).thenApply(ApacheLogUser::ours);
        }

        @Override
        public CompletableFuture<DLSN> writeSet(long txId, List<byte[]> payloads, Compression compression) {
            try {
                LogRecordSet.Writer set =
                        LogRecordSet.newWriter(1024, CompressionCodec.Type.valueOf(compression.name()));
                for (byte[] payload : payloads) {
                    set.writeRecord(ByteBuffer.wrap(payload), new CompletableFuture<>());
                }
                ByteBuf buffer = set.getBuffer();
                LogRecord record = new LogRecord(txId, buffer);
                record.setRecordSet();
                return writer.write(record).thenApply(ApacheLogUser::ours);
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public void heartbeat(long txId) throws Exception {
            LogRecord record = new LogRecord(txId, HEARTBEAT);
            record.setControl();
            await(writer.write(record));
        }

        @Override
        public boolean truncate(DLSN before) throws Exception {
            return await(writer.truncate(theirs(before)));
        }

        @Override
        public void markEndOfStream() throws Exception {
            await(writer.markEndOfStream());
        }

        @Override
        public void close() throws Exception {
            await(writer.asyncClose());
            manager.close();
        }

        @Override
        public void abort() throws Exception {
            await(writer.asyncAbort());
            manager.close();
        }
    }

    @Override
    public Reader openReader(String log, DLSN from) throws Exception {
        DistributedLogManager manager = namespace.openLog(log);
        return new ApacheReader(manager, await(manager.openAsyncLogReader(theirs(from))));
    }

    @Override
    public Reader openReader(String log, long fromTxId) throws Exception {
        DistributedLogManager manager = namespace.openLog(log);
        return new ApacheReader(manager, await(manager.openAsyncLogReader(fromTxId)));
    }

    /** Thread: as the reader beneath. */
    private record ApacheReader(DistributedLogManager manager, AsyncLogReader reader) implements Reader {
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
            manager.close();
        }
    }

    private static Seen seen(LogRecordWithDLSN record) {
        return Seen.of(ours(record.getDlsn()), record.getTransactionId(), record.getSequenceId(), record.getPayload());
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
        try (DistributedLogManager manager = namespace.openLog(log)) {
            return manager.getLogSegments().stream().map(ApacheLogUser::info).toList();
        }
    }

    /** Apache fills in what an open segment's node does not say: other values for "none", a start from the segment before. */
    private static LogSegmentInfo info(LogSegmentMetadata segment) {
        boolean isOpen = segment.isInProgress();
        return new LogSegmentInfo(
                segment.getLogSegmentSequenceNumber(),
                segment.getLogSegmentId(),
                segment.isInProgress(),
                segment.getFirstTxId(),
                isOpen ? -1 : segment.getLastTxId(),
                isOpen ? DLSN.InvalidDLSN : ours(segment.getLastDLSN()),
                segment.getRecordCount(),
                segment.getCompletionTime(),
                isOpen ? -1 : segment.getStartSequenceId(),
                Truncation.valueOf(segment.getTruncationStatus().name()),
                ours(segment.getMinActiveDLSN()));
    }

    @Override
    public boolean isEnded(String log) throws Exception {
        try (DistributedLogManager manager = namespace.openLog(log)) {
            return manager.isEndOfStreamMarked();
        }
    }

    @Override
    public long recordCount(String log) throws Exception {
        try (DistributedLogManager manager = namespace.openLog(log)) {
            return manager.getLogRecordCount();
        }
    }

    @Override
    public Seen lastRecord(String log) throws Exception {
        try (DistributedLogManager manager = namespace.openLog(log)) {
            return seen(manager.getLastLogRecord());
        }
    }

    @Override
    public void close() {
        // Each waits seconds for its threads
        Stream.concat(writingNamespaces.values().stream(), Stream.of(namespace))
                .parallel()
                .forEach(Namespace::close);
    }
}
