package io.dlog.proxy.stream;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.log.DLException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.Namespace;
import io.dlog.log.StatusCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that this proxy has to do with, by name.
 *
 * <p>Thread: safe, because the map is concurrent and each stream has its lane.
 */
public final class Streams {
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    /** Threads that block on metadata; more streams than this are not opened at one time. */
    private static final int METADATA_LANES = 4;

    private final StreamConfig config;
    private final Namespace namespace;
    private final Scheduler scheduler;
    private final Lane[] metadataLanes = new Lane[METADATA_LANES];
    private final ConcurrentMap<String, Stream> streams = new ConcurrentHashMap<>();
    private volatile boolean acceptsNewStreams = true;
    private volatile boolean closing;

    public Streams(StreamConfig config, Namespace namespace, Scheduler scheduler) {
        this.config = config;
        this.namespace = namespace;
        this.scheduler = scheduler;
        for (int i = 0; i < METADATA_LANES; i++) {
            metadataLanes[i] = scheduler.blockingLane("metadata-" + i);
        }
    }

    /** Carries an operation out; its future says how it ended. */
    public void submit(String name, StreamOp op) {
        if (op instanceof StreamOp.Create create) {
            onMetadataLane(name, create, () -> {
                namespace.createLog(name);
                create.result().complete(null);
            });
        } else if (op instanceof StreamOp.Release release) {
            Stream stream = streams.get(name);
            CompletableFuture<Void> given =
                    stream == null ? CompletableFuture.completedFuture(null) : stream.close("released");
            var unused = given.whenComplete((done, failure) -> release.result().complete(null));
        } else if (op instanceof StreamOp.Delete && !streams.containsKey(name)) {
            // Acquiring would create what is to be deleted.
            onMetadataLane(name, op, () -> {
                if (namespace.logExists(name)) {
                    submitToStream(name, op);
                } else {
                    op.fail(new LogNotFoundException("no stream " + name + " to delete"));
                }
            });
        } else {
            submitToStream(name, op);
        }
    }

    private void submitToStream(String name, StreamOp op) {
        Stream stream = streams.get(name);
        if (stream == null) {
            if (closing || !acceptsNewStreams) {
                op.fail(new DLException(StatusCode.STREAM_UNAVAILABLE, "this proxy takes no new streams, not " + name));
                return;
            }
            if (streams.size() >= config.streamsMax()) {
                // TOO_MANY_STREAMS inside; clients are told that the stream is not available here.
                op.fail(new DLException(
                        StatusCode.STREAM_UNAVAILABLE,
                        "this proxy has " + config.streamsMax() + " streams already, not " + name));
                return;
            }
            stream = streams.computeIfAbsent(name, this::newStream);
        }
        stream.submit(op);
    }

    private Stream newStream(String name) {
        int hash = name.hashCode();
        Stream stream = new Stream(
                name,
                config,
                namespace,
                scheduler.lane(hash),
                metadataLanes[Math.floorMod(hash, METADATA_LANES)],
                scheduler.clock());
        var unused = stream.closed().thenRun(() -> streams.remove(name, stream));
        return stream;
    }

    /** Who owns a stream: we, by taking it, or another proxy. A stream that does not exist is not made. */
    public CompletableFuture<String> owner(String name) {
        Stream stream = streams.get(name);
        if (stream != null && stream.isOwned()) {
            return CompletableFuture.completedFuture(config.clientId());
        }
        Optional<String> known = stream == null ? Optional.empty() : stream.knownOwner();
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        StreamOp.Heartbeat acquire = new StreamOp.Heartbeat(false);
        onMetadataLane(name, acquire, () -> {
            if (namespace.logExists(name)) {
                submitToStream(name, acquire);
            } else {
                acquire.fail(new LogNotFoundException("no stream " + name));
            }
        });
        return acquire.result().thenApply(done -> config.clientId());
    }

    /** The owner of each stream whose owner is known, this proxy included. */
    public Map<String, String> ownerships() {
        Map<String, String> owners = new HashMap<>();
        streams.forEach((name, stream) -> {
            if (stream.isOwned()) {
                owners.put(name, config.clientId());
            } else {
                stream.knownOwner().ifPresent(owner -> owners.put(name, owner));
            }
        });
        return owners;
    }

    /** Whether streams that are not here yet may come. */
    public void setAcceptsNewStreams(boolean accepts) {
        acceptsNewStreams = accepts;
        LOG.info("acceptance of new streams changed accepts={}", accepts);
    }

    public boolean acceptsNewStreams() {
        return acceptsNewStreams && !closing;
    }

    /** Streams here, whatever their state. */
    public int cachedCount() {
        return streams.size();
    }

    /** Streams that this proxy owns. */
    public int acquiredCount() {
        int count = 0;
        for (Stream stream : streams.values()) {
            if (stream.isOwned()) {
                count++;
            }
        }
        return count;
    }

    /** Gives all streams back; blocks up to {@code timeout}. What is left is left to the session's end. */
    public void close(Duration timeout) {
        closing = true;
        List<CompletableFuture<Void>> closes = new ArrayList<>();
        for (Stream stream : streams.values()) {
            closes.add(stream.close("proxy stops"));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(closes.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS);
        all.join();
        LOG.info("streams closed count={} left={}", closes.size(), streams.size());
    }

    /** A task that may fail the way metadata does. */
    private interface MetadataTask {
        void run() throws IOException;
    }

    private void onMetadataLane(String name, StreamOp op, MetadataTask task) {
        metadataLanes[Math.floorMod(name.hashCode(), METADATA_LANES)].execute(() -> {
            try {
                task.run();
            } catch (IOException | RuntimeException e) {
                op.fail(e);
            }
        });
    }
}
