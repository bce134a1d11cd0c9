package io.dlog.proxy.server;

import io.dlog.log.StatusCode;
import io.dlog.metrics.Counter;
import io.dlog.metrics.Metrics;
import io.dlog.metrics.Metrics.Unit;
import io.dlog.metrics.Timer;
import io.dlog.proxy.limit.InFlightLimit;
import io.dlog.proxy.stream.Streams;
import io.dlog.proxyclient.protocol.ProxyRequest.Method;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a write proxy measures. Thread: safe. */
final class ProxyMetrics {
    private final Map<StatusCode, Counter> answers = new EnumMap<>(StatusCode.class);
    private final Map<Method, Timer> requests = new EnumMap<>(Method.class);
    private final Counter recordBytes;
    private final Counter malformed;

    ProxyMetrics(Metrics metrics, Streams streams, InFlightLimit inFlight) {
        for (StatusCode code : StatusCode.values()) {
            answers.put(
                    code,
                    metrics.counter(
                            "proxy_answers_total",
                            Unit.NONE,
                            "Answers by status.",
                            "status",
                            code.name().toLowerCase(Locale.ROOT)));
        }
        for (Method method : Method.values()) {
            requests.put(
                    method,
                    metrics.timer(
                            "proxy_request_seconds",
                            "From a request's arrival to its answer, by method.",
                            "method",
                            method.wireName()));
        }
        recordBytes = metrics.counter("proxy_record_bytes_total", Unit.BYTES, "Payload bytes that came to be written.");
        malformed = metrics.counter(
                "proxy_malformed_requests_total", Unit.NONE, "Requests that could not be read, or name no method.");
        metrics.gauge("proxy_streams_owned", Unit.NONE, "Streams that this proxy owns.", streams::acquiredCount);
        metrics.gauge(
                "proxy_streams_cached",
                Unit.NONE,
                "Streams that this proxy owns, acquires, or knows the owner of.",
                streams::cachedCount);
        metrics.gauge("proxy_requests_in_flight", Unit.NONE, "Requests without an answer yet.", inFlight::requests);
    }

    void answered(Method method, StatusCode code, long nanos) {
        count(answers.get(code));
        Timer timer = requests.get(method);
        if (timer == null) {
            throw new AssertionError("no timer for " + method);
        }
        timer.record(nanos);
    }

    private static void count(@Nullable Counter counter) {
        if (counter == null) {
            throw new AssertionError("a status without a counter");
        }
        counter.increment();
    }

    void recordBytes(long bytes) {
        recordBytes.add(bytes);
    }

    void malformed() {
        malformed.increment();
    }
}
