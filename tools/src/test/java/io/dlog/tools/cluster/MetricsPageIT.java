package io.dlog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Timer;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.config.ConfigReader;
import io.dlog.log.BlockingCalls;
import io.dlog.log.Namespace;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.metrics.DropwizardMetrics;
import io.dlog.metrics.DropwizardMetrics.Description;
import io.dlog.proxy.WriteProxy;
import io.dlog.proxy.WriteProxyConfig;
import io.dlog.proxy.server.AccessPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page of metrics says what a running bookie and a running write proxy say about their metrics. When one is added, the
 * test leaves the page as it should be in {@code target} and says where.
 */
@Tag("integration")
@Timeout(60)
final class MetricsPageIT {
    private static final String START = "<!-- made by MetricsPageIT -->\n";

    @Test
    void thePageListsEveryMetricOfABookieAndOfAWriteProxy(@TempDir Path scratch) throws Exception {
        try (EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, scratch.resolve("zk"))) {
            String zk = zooKeeper.connectString();
            try (BookiesForTests bookies = BookiesForTests.start(zk, "/ledgers", scratch.resolve("b"), 1)) {
                String tables = "## Bookie\n\n" + table(bookies.metricsOfOne()) + "\n## Write proxy\n\n"
                        + table(metricsOfAProxy(zk));
                Path page = page();
                String text = Files.readString(page);
                int start = text.indexOf(START) + START.length();
                String expected = text.substring(0, start) + "\n" + tables;
                if (!text.equals(expected)) {
                    Files.writeString(Path.of("target/metrics.md"), expected);
                }
                assertThat(text)
                        .as("%s is not what the code says; tools/target/metrics.md is", page)
                        .isEqualTo(expected);
            }
        }
    }

    private static Path page() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docs/operations/metrics.md"))) {
            Path above = here.getParent();
            if (above == null) {
                throw new AssertionError("docs/operations/metrics.md not found");
            }
            here = above;
        }
        return here.resolve("docs/operations/metrics.md");
    }

    private static DropwizardMetrics metricsOfAProxy(String zk) throws Exception {
        try (ZooKeeperSession session = ZooKeeperSession.connect(zk, Duration.ofSeconds(30))) {
            BlockingCalls.await(new NamespaceBindingNodes(session)
                    .bind(
                            "/ns",
                            new NamespaceBinding(zk, "/ledgers", true, false, zk, zk, zk, null, null, null),
                            NamespaceBindingNodes.MissingNode.CREATE)
                    .thenApply(done -> true));
        }
        DropwizardMetrics metrics = new DropwizardMetrics();
        WriteProxyConfig config = WriteProxyConfig.read(ConfigReader.parse("test", "proxyTransport=netty\n"));
        try (ThreadScheduler scheduler = new ThreadScheduler("proxy", 1);
                Namespace namespace = new NamespaceBuilder()
                        .uri("distributedlog://" + zk + "/ns")
                        .build();
                WriteProxy proxy = WriteProxy.listen(config, scheduler)) {
            proxy.serve(namespace, Duration.ofSeconds(10), AccessPolicy.ALLOW_ALL, metrics);
        }
        return metrics;
    }

    /** One metric with all its labels' values. Thread: owned by the test. */
    private record Row(String kind, String help, SortedMap<String, SortedSet<String>> labels) {}

    private static String table(DropwizardMetrics metrics) {
        SortedMap<String, Row> rows = new TreeMap<>();
        for (Map.Entry<String, Description> metric : metrics.descriptions()) {
            Description said = metric.getValue();
            String kind =
                    kind(Objects.requireNonNull(metrics.registry().getMetrics().get(metric.getKey())));
            Row row = rows.computeIfAbsent(
                    said.family(),
                    name -> new Row(
                            kind + ", " + said.unit().name().toLowerCase(Locale.ROOT), said.help(), new TreeMap<>()));
            for (String label :
                    said.labels().isEmpty() ? new String[0] : said.labels().split(",")) {
                String[] pair = label.split("=");
                row.labels().computeIfAbsent(pair[0], name -> new TreeSet<>()).add(pair[1].replace("\"", ""));
            }
        }
        return rows.entrySet().stream()
                .map(row ->
                        "| `" + row.getKey() + "` | " + row.getValue().kind().replace(", none", "") + " | "
                                + row.getValue().help() + labels(row.getValue().labels()) + " |\n")
                .collect(Collectors.joining("", "| metric | kind, unit | what it says |\n|---|---|---|\n", ""));
    }

    private static String labels(SortedMap<String, SortedSet<String>> labels) {
        return labels.entrySet().stream()
                .map(label -> " `" + label.getKey() + "`: " + String.join(", ", label.getValue()) + ".")
                .collect(Collectors.joining());
    }

    private static String kind(Metric metric) {
        return metric instanceof Timer ? "timer" : metric instanceof Gauge ? "gauge" : "counter";
    }
}
