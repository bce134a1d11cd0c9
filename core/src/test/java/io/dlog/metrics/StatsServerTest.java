package io.dlog.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.metrics.Metrics.Unit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StatsServerTest {
    private final DropwizardMetrics metrics = DropwizardMetrics.withJvm();
    private final HttpClient http = HttpClient.newHttpClient();
    private Optional<String> problem = Optional.empty();
    private StatsServer server;

    @BeforeEach
    void start() throws IOException {
        server = StatsServer.start(StatsServer.loopback(0), metrics, Map.of("disks", () -> problem));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersPing() throws Exception {
        assertThat(get("/ping").body().trim()).isEqualTo("pong");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void showsCountersGaugesAndTimersAsJsonAndForPrometheus() throws Exception {
        metrics.counter("adds_total", Unit.NONE, "Adds by outcome.", "outcome", "ok")
                .add(3);
        metrics.counter("adds_total", Unit.NONE, "Adds by outcome.", "outcome", "fenced")
                .increment();
        metrics.counter("adds_total_bytes", Unit.BYTES, "Bytes of adds.").add(7);
        metrics.gauge("free_bytes", Unit.BYTES, "Free.", () -> 1.5);
        Timer timer = metrics.timer("sync_seconds", "Time to sync.");
        for (int i = 0; i < 99; i++) {
            timer.record(1_000_000);
        }
        timer.record(50_000_000);

        HttpResponse<String> json = get("/metrics?pretty=true");
        assertThat(json.headers().firstValue("content-type")).contains("application/json");
        assertThat(json.body())
                .contains("adds_total{outcome=\\\"ok\\\"}", "\"counters\"", "\n", "jvm.memory.heap.used");
        assertThat(get("/metrics/prometheus").body())
                .contains("""
                        # HELP adds_total Adds by outcome.
                        # TYPE adds_total counter
                        adds_total{outcome="fenced"} 1
                        adds_total{outcome="ok"} 3
                        """)
                .contains("# TYPE free_bytes gauge\nfree_bytes 1.5\n")
                .contains("# TYPE sync_seconds summary\n", "sync_seconds_count 100\n", "sync_seconds_sum 0.149\n")
                .contains("jvm_memory_heap_used ");
    }

    @Test
    void failsTheHealthCheckWithTheReason() throws Exception {
        assertThat(get("/healthcheck").statusCode()).isEqualTo(200);
        problem = Optional.of("journal disk failed");
        HttpResponse<String> answer = get("/healthcheck");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("\"disks\":{\"healthy\":false,\"message\":\"journal disk failed\"}");
    }

    @Test
    void showsThreads() throws Exception {
        assertThat(get("/threads").body()).contains("\"stats-server\"");
    }

    @Test
    void namesTheTakenPort() {
        assertThatThrownBy(() -> StatsServer.start(StatsServer.loopback(server.port()), metrics, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stats port " + server.port() + " on ")
                .hasMessageNotContaining("\n");
    }
}
