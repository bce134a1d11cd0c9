package io.dlog.tools.local;

import io.dlog.ledger.LedgerFragment;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.log.AsyncLogReader;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.Namespace;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.LayoutNode;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.time.SystemClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Writes a text line by line through the proxy of a cluster, tails it back at the same time, compares, and tells what it saw.
 *
 * <p>Thread: owned by the thread that runs it, which blocks; a second one reads.
 */
public final class Demo {
    private static final String STREAM = "demo";

    /** Records on their way at once; more would measure the queue and not the write. */
    private static final int IN_FLIGHT_MAX = 32;

    private static final int READ_BATCH = 1000;
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    private static final int QUOTED_MAX = 60;

    /** The text, which is read twice: once to write it, once to compare. */
    public interface Text {
        /** From its beginning. */
        InputStream open() throws IOException;
    }

    /** What came of it. */
    public enum Outcome {
        SAME,
        DIFFERENT
    }

    private final LocalCluster cluster;
    private final Text text;
    private final PrintStream out;
    private final long beganMillis;

    /** @param beganMillis when the user's wait began, for the time to the first durable record */
    public Demo(LocalCluster cluster, Text text, PrintStream out, long beganMillis) {
        this.cluster = cluster;
        this.text = text;
        this.out = out;
        this.beganMillis = beganMillis;
    }

    /** @param rest how long all but the first record took */
    private record Written(long records, long bytes, Duration rest, Histogram latencyNanos) {}

    /** @throws IOException when it could not be carried through, which says nothing about the records */
    public Outcome run() throws IOException, InterruptedException {
        ExecutorService readers = Executors.newSingleThreadExecutor();
        try (WriteProxyClient client = WriteProxyClient.builder(cluster.proxyName(), "dlog-demo")
                        .build();
                Namespace namespace =
                        new NamespaceBuilder().uri(cluster.uri().toString()).build()) {
            Lines lines = new Lines(text.open());
            try (lines) {
                Optional<byte[]> first = lines.next();
                if (first.isEmpty()) {
                    throw new IOException("the text has no lines; give a file that has some");
                }
                // The first finds the stream's owner and makes the stream; those behind it would overtake it.
                DLSN dlsn = await(client.write(STREAM, ByteBuffer.wrap(first.get())), "the first record");
                out.printf(
                        Locale.ROOT,
                        "First record   durable %.1f s after the program began, at %s%n",
                        (SystemClock.INSTANCE.currentTimeMillis() - beganMillis) / 1e3,
                        position(dlsn));
                try (DistributedLogManager log = namespace.openLog(STREAM)) {
                    Future<Optional<String>> reading = readers.submit(() -> difference(log));
                    Written written = writeRest(client, lines, first.get().length);
                    tell(written);
                    return compare(reading, log, written.records());
                }
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private Written writeRest(WriteProxyClient client, Lines lines, int firstBytes)
            throws IOException, InterruptedException {
        long began = SystemClock.INSTANCE.nanoTime();
        Histogram latency = new ConcurrentHistogram(3);
        Semaphore room = new Semaphore(IN_FLIGHT_MAX);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long records = 1;
        long bytes = firstBytes;
        for (Optional<byte[]> line = lines.next(); line.isPresent() && failure.get() == null; line = lines.next()) {
            acquire(room, 1);
            long sent = SystemClock.INSTANCE.nanoTime();
            var unused = client.write(STREAM, ByteBuffer.wrap(line.get())).whenComplete((dlsn, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                } else {
                    latency.recordValue(SystemClock.INSTANCE.nanoTime() - sent);
                }
                room.release();
            });
            records++;
            bytes += line.get().length;
        }
        acquire(room, IN_FLIGHT_MAX);
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IOException("a record was not written: " + failed.getMessage(), failed);
        }
        return new Written(records, bytes, Duration.ofNanos(SystemClock.INSTANCE.nanoTime() - began), latency);
    }

    private static void acquire(Semaphore room, int permits) throws IOException, InterruptedException {
        if (!room.tryAcquire(permits, SILENCE_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("no record was acknowledged for " + SILENCE_MAX.toSeconds() + " s");
        }
    }

    private void tell(Written written) {
        double seconds = written.rest().toNanos() / 1e9;
        Histogram latency = written.latencyNanos();
        out.printf(
                Locale.ROOT,
                "Written        %,d records, %,d bytes; those after the first in %.2f s, %,.0f records/s%n",
                written.records(),
                written.bytes(),
                seconds,
                (written.records() - 1) / seconds);
        out.printf(
                Locale.ROOT,
                "Latency        p50 %.1f ms, p99 %.1f ms until fsynced by %d of %d bookies, up to %d records on their way%n",
                latency.getValueAtPercentile(50) / 1e6,
                latency.getValueAtPercentile(99) / 1e6,
                cluster.settings().durableCopies(),
                cluster.settings().copies(),
                IN_FLIGHT_MAX);
    }

    /** Tails the stream beside the text; what differs first, or empty. */
    private Optional<String> difference(DistributedLogManager log) throws IOException, InterruptedException {
        AsyncLogReader reader = await(log.openAsyncLogReader(DLSN.InitialDLSN), "the reader");
        try (Lines lines = new Lines(text.open())) {
            Iterator<LogRecordWithDLSN> records = List.<LogRecordWithDLSN>of().iterator();
            long number = 0;
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                while (!records.hasNext()) {
                    records = await(reader.readBulk(READ_BATCH), "record " + (number + 1))
                            .iterator();
                }
                number++;
                byte[] payload = records.next().getPayload();
                if (!Arrays.equals(payload, line.get())) {
                    return Optional.of("record " + number + " differs: line \"" + quoted(line.get())
                            + "\", read back \"" + quoted(payload) + "\"");
                }
            }
            return Optional.empty();
        } finally {
            await(reader.asyncClose(), "the reader's end");
        }
    }

    private Outcome compare(Future<Optional<String>> reading, DistributedLogManager log, long written)
            throws IOException, InterruptedException {
        long began = SystemClock.INSTANCE.nanoTime();
        Optional<String> difference;
        try {
            difference = reading.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("reading back failed: " + cause.getMessage(), cause);
        }
        long stored = await(log.getLogRecordCountAsync(DLSN.InitialDLSN), "the number of records");
        if (difference.isEmpty() && stored != written) {
            difference = Optional.of(written + " records written, but the stream has " + stored);
        }
        if (difference.isPresent()) {
            out.println("Read back      " + difference.get());
            out.println("demo: DIFFERENT");
            return Outcome.DIFFERENT;
        }
        out.printf(
                Locale.ROOT,
                "Read back      %,d records by a reader that followed, all as they were written;"
                        + " it was done %.2f s after the last write%n",
                stored,
                (SystemClock.INSTANCE.nanoTime() - began) / 1e9);
        tellCopies(log);
        out.println("demo: OK");
        return Outcome.SAME;
    }

    private void tellCopies(DistributedLogManager log) throws IOException, InterruptedException {
        try (ZooKeeperSession session = ZooKeeperSession.connect(cluster.zkServers(), SESSION)) {
            LedgerMetadataNodes ledgers = new LedgerMetadataNodes(
                    session,
                    LocalCluster.LEDGERS,
                    await(new LayoutNode(session, LocalCluster.LEDGERS).read(), "the ledgers' layout"));
            for (LogSegmentInfo segment : log.getLogSegments()) {
                LedgerMetadata ledger = await(ledgers.read(segment.ledgerId()), "ledger " + segment.ledgerId())
                        .value();
                for (LedgerFragment fragment : ledger.fragments()) {
                    out.println("Copies         log segment " + segment.logSegmentSequenceNo() + " = ledger "
                            + segment.ledgerId() + ", from entry " + fragment.firstEntryId() + ": "
                            + ledger.writeQuorum() + " copies of each entry on bookies "
                            + fragment.ensemble().stream().map(Object::toString).collect(Collectors.joining(", ")));
                }
            }
        } catch (MetadataException e) {
            throw new IOException("where the copies lie can't be read: " + e.getMessage(), e);
        }
    }

    private static String position(DLSN dlsn) {
        return "log segment " + dlsn.logSegmentSequenceNo() + ", entry " + dlsn.entryId() + ", slot " + dlsn.slotId();
    }

    private static String quoted(byte[] payload) {
        String whole = new String(payload, StandardCharsets.UTF_8);
        return whole.length() <= QUOTED_MAX ? whole : whole.substring(0, QUOTED_MAX) + "…";
    }

    private static <T> T await(CompletableFuture<T> future, String what) throws IOException, InterruptedException {
        try {
            return future.get(SILENCE_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(what + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException(what + " did not come within " + SILENCE_MAX.toSeconds() + " s", e);
        }
    }
}
