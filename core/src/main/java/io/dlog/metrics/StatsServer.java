package io.dlog.metrics;

import com.codahale.metrics.json.MetricsModule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page on which operators see a process: {@code /ping} ({@code pong}), {@code /metrics} (JSON; {@code ?pretty=true} for
 * people), {@code /metrics/prometheus}, {@code /healthcheck} (500 when something is wrong) and {@code /threads}.
 *
 * <p>Thread: safe, because it holds no state of its own; pages are made on two threads that nothing else uses.
 */
public final class StatsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatsServer.class);
    private static final int THREADS = 2;
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads;
    private final DropwizardMetrics metrics;
    private final Map<String, HealthCheck> healthChecks;
    private final ObjectMapper json =
            new ObjectMapper().registerModule(new MetricsModule(TimeUnit.SECONDS, TimeUnit.MILLISECONDS, false));

    private StatsServer(
            HttpServer server,
            ExecutorService threads,
            DropwizardMetrics metrics,
            Map<String, HealthCheck> healthChecks) {
        this.server = server;
        this.threads = threads;
        this.metrics = metrics;
        this.healthChecks = healthChecks;
    }

    /** Where it listens unless told otherwise. */
    public static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Listens and serves.
     *
     * @param address port 0 takes a free one
     * @param healthChecks by name, in the order in which they are shown
     * @throws IOException with one line that names the port, when it is taken
     */
    public static StatsServer start(
            InetSocketAddress address, DropwizardMetrics metrics, Map<String, HealthCheck> healthChecks)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "stats port " + address.getPort() + " on " + address.getHostString() + " can't be used: "
                            + e.getMessage(),
                    e);
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread t = new Thread(task, "stats-server");
            t.setDaemon(true);
            return t;
        });
        StatsServer stats = new StatsServer(server, threads, metrics, new LinkedHashMap<>(healthChecks));
        server.setExecutor(threads);
        server.createContext("/", stats::serve);
        server.start();
        LOG.info("stats page open address={}", server.getAddress());
        return stats;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            switch (uri.getPath()) {
                case "/ping" -> answer(exchange, 200, TEXT, "pong\n");
                case "/metrics" -> answer(exchange, 200, JSON, metricsJson(isPretty(uri)));
                case "/metrics/prometheus" ->
                    answer(exchange, 200, PrometheusText.CONTENT_TYPE, PrometheusText.write(metrics));
                case "/healthcheck" -> answerHealth(exchange, isPretty(uri));
                case "/threads" -> answer(exchange, 200, TEXT, threadDump());
                default ->
                    answer(
                            exchange,
                            uri.getPath().equals("/") ? 200 : 404,
                            TEXT,
                            "/ping\n/metrics?pretty=true\n/metrics/prometheus\n/healthcheck\n/threads\n");
            }
        } catch (RuntimeException e) {
            LOG.warn("stats page failed uri={}", exchange.getRequestURI(), e);
        }
    }

    private static boolean isPretty(URI uri) {
        return uri.getQuery() != null && uri.getQuery().contains("pretty=true");
    }

    private String metricsJson(boolean isPretty) throws IOException {
        return (isPretty ? json.writerWithDefaultPrettyPrinter() : json.writer()).writeValueAsString(metrics.registry())
                + "\n";
    }

    private void answerHealth(HttpExchange exchange, boolean isPretty) throws IOException {
        Map<String, Map<String, Object>> results = new TreeMap<>();
        boolean isHealthy = true;
        for (Map.Entry<String, HealthCheck> check : healthChecks.entrySet()) {
            Optional<String> problem = check.getValue().problem();
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("healthy", problem.isEmpty());
            problem.ifPresent(p -> result.put("message", p));
            results.put(check.getKey(), result);
            isHealthy &= problem.isEmpty();
        }
        String body = (isPretty ? json.writerWithDefaultPrettyPrinter() : json.writer()).writeValueAsString(results);
        answer(exchange, isHealthy ? 200 : 500, JSON, body + "\n");
    }

    private static String threadDump() {
        StringBuilder dump = new StringBuilder();
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            dump.append('"').append(thread.getThreadName()).append("\" id=").append(thread.getThreadId());
            dump.append(" state=").append(thread.getThreadState());
            if (thread.getLockName() != null) {
                dump.append(" on=").append(thread.getLockName());
            }
            dump.append('\n');
            for (StackTraceElement frame : thread.getStackTrace()) {
                dump.append("    at ").append(frame).append('\n');
            }
            dump.append('\n');
        }
        return dump.toString();
    }

    private static void answer(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : bytes.length);
        if (!isHead) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }
}
