package io.dlog.bookie.server;

import io.dlog.bookie.ledger.AddOutcome;
import io.dlog.metrics.Counter;
import io.dlog.metrics.Metrics;
import io.dlog.metrics.Metrics.Unit;
import io.dlog.metrics.Timer;
import io.dlog.protocol.Request;
import io.dlog.protocol.StatusCode;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server counts. Thread: safe. */
final class ServerMetrics {
    private final Map<Request.Kind, Counter> requests = new EnumMap<>(Request.Kind.class);
    private final Map<AddOutcome, Counter> adds = new EnumMap<>(AddOutcome.class);
    private final Map<StatusCode, Counter> reads = new EnumMap<>(StatusCode.class);
    /** Bytes of entries taken in. */
    final Counter addedBytes;
    /** Bytes of entries sent out. */
    final Counter readBytes;
    /** Reads that had to wait for a disk. */
    final Counter coldReads;
    /** Connections closed because of what they sent. */
    final Counter malformedFrames;
    /** How often a connection was not read from, because the log buffer was full. */
    final Counter pauses;
    /** Oldest add of each acknowledged batch. */
    final Timer addSeconds;

    ServerMetrics(Metrics metrics) {
        for (Request.Kind kind : Request.Kind.values()) {
            requests.put(
                    kind,
                    metrics.counter(
                            "bookie_requests_total", Unit.NONE, "Requests received, by kind.", "kind", lower(kind)));
        }
        for (AddOutcome outcome : AddOutcome.values()) {
            adds.put(
                    outcome,
                    metrics.counter(
                            "bookie_adds_total",
                            Unit.NONE,
                            "Adds, by what became of them.",
                            "outcome",
                            lower(outcome)));
        }
        for (StatusCode status : StatusCode.values()) {
            reads.put(
                    status,
                    metrics.counter(
                            "bookie_reads_total", Unit.NONE, "Reads answered, by status.", "status", lower(status)));
        }
        addedBytes = metrics.counter("bookie_added_bytes_total", Unit.BYTES, "Bytes of entries stored.");
        readBytes = metrics.counter("bookie_read_bytes_total", Unit.BYTES, "Bytes of entries sent to readers.");
        coldReads = metrics.counter("bookie_cold_reads_total", Unit.NONE, "Reads that had to wait for a disk.");
        malformedFrames = metrics.counter(
                "bookie_malformed_frames_total", Unit.NONE, "Connections closed because of what they sent.");
        pauses = metrics.counter(
                "bookie_pauses_total", Unit.NONE, "Times a connection waited because the log buffer was full.");
        addSeconds = metrics.timer(
                "bookie_add_seconds", "From receipt to answer, for the oldest add of each acknowledged batch.");
    }

    void received(Request.Kind kind) {
        increment(requests.get(kind));
    }

    void added(AddOutcome outcome) {
        increment(adds.get(outcome));
    }

    void read(StatusCode status) {
        increment(reads.get(status));
    }

    private static void increment(@Nullable Counter counter) {
        if (counter == null) {
            throw new AssertionError("a constant without counter");
        }
        counter.increment();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
