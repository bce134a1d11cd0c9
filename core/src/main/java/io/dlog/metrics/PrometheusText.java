package io.dlog.metrics;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Snapshot;
import io.dlog.metrics.DropwizardMetrics.Description;
import io.dlog.metrics.DropwizardMetrics.RegisteredTimer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The registry in Prometheus's text format.
 *
 * <pre>
 *   # HELP bookie_adds_total Entries answered, by outcome.
 *   # TYPE bookie_adds_total counter
 *   bookie_adds_total{outcome="ok"} 17
 *   # TYPE bookie_journal_sync_seconds summary
 *   bookie_journal_sync_seconds{quantile="0.5"} 0.001
 *   bookie_journal_sync_seconds_sum 1.5
 *   bookie_journal_sync_seconds_count 1200
 * </pre>
 *
 * <p>Source: Prometheus exposition format, text version 0.0.4.
 */
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999};
    private static final double NANOS_PER_SECOND = 1e9;

    private PrometheusText() {}

    static String write(DropwizardMetrics metrics) {
        Map<String, Description> descriptions = new TreeMap<>();
        metrics.descriptions().forEach(e -> descriptions.put(e.getKey(), e.getValue()));
        StringBuilder out = new StringBuilder();
        // Samples of one family must stand together, and 'a{x="1"}' and 'a_b' would interleave by name alone.
        Map<String, Map<String, Metric>> families = new TreeMap<>();
        metrics.registry()
                .getMetrics()
                .forEach((name, metric) -> families.computeIfAbsent(family(name, descriptions), f -> new TreeMap<>())
                        .put(name, metric));
        families.forEach((family, members) -> {
            boolean first = true;
            for (Map.Entry<String, Metric> member : members.entrySet()) {
                Description d = descriptions.get(member.getKey());
                String type = type(member.getValue());
                if (type.isEmpty()) {
                    continue;
                }
                if (first) {
                    if (d != null) {
                        out.append("# HELP ")
                                .append(family)
                                .append(' ')
                                .append(escape(d.help()))
                                .append('\n');
                    }
                    out.append("# TYPE ")
                            .append(family)
                            .append(' ')
                            .append(type)
                            .append('\n');
                    first = false;
                }
                sample(out, family, d == null ? "" : d.labels(), member.getValue());
            }
        });
        return out.toString();
    }

    private static String family(String name, Map<String, Description> descriptions) {
        Description d = descriptions.get(name);
        return d != null ? d.family() : name.replaceAll("[^a-zA-Z0-9_:]", "_");
    }

    private static String type(Metric metric) {
        if (metric instanceof Gauge<?> g) {
            return g.getValue() instanceof Number ? "gauge" : "";
        }
        if (metric instanceof RegisteredTimer) {
            return "summary";
        }
        return metric instanceof Counting ? "counter" : "";
    }

    private static void sample(StringBuilder out, String family, String labels, Metric metric) {
        if (metric instanceof Gauge<?> g && g.getValue() instanceof Number n) {
            line(out, family, labels, n.doubleValue());
        } else if (metric instanceof RegisteredTimer t) {
            Snapshot snapshot = t.getSnapshot();
            for (double q : QUANTILES) {
                String quantile = "quantile=\"" + q + "\"";
                line(
                        out,
                        family,
                        labels.isEmpty() ? quantile : labels + "," + quantile,
                        snapshot.getValue(q) / NANOS_PER_SECOND);
            }
            line(out, family + "_sum", labels, t.sumNanos() / NANOS_PER_SECOND);
            line(out, family + "_count", labels, (double) t.getCount());
        } else if (metric instanceof Counting c) {
            line(out, family, labels, (double) c.getCount());
        }
    }

    private static void line(StringBuilder out, String name, String labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ');
        if (Double.isNaN(value)) {
            out.append("NaN");
        } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            out.append((long) value);
        } else {
            out.append(value);
        }
        out.append('\n');
    }

    private static String escape(String help) {
        return help.replace("\\", "\\\\").replace("\n", "\\n");
    }
}
