package io.dlog.tools.dlog;

import io.dlog.proxy.WriteProxyMain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs a write proxy in the foreground. A flag given twice counts as it is given last, since {@code bin/dlog} puts the
 * {@code WP_*} variables before what the user typed.
 *
 * <p>Thread: the proxy takes over the process and ends it, with the exit status of {@link WriteProxyMain}.
 */
@Command(
        name = "writeproxy",
        description = {
            "Run a write proxy in the foreground; SIGTERM stops it.",
            "Prints 'writeproxy HOST:PORT is ready' when it accepts work. Flags not given come from the WP_* variables."
        },
        mixinStandardHelpOptions = true)
final class WriteProxyCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-u", "--uri"},
            paramLabel = "URI",
            description = "The namespace it serves; WP_NAMESPACE.")
    private @Nullable String uri;

    @Option(
            names = {"-c", "--conf"},
            paramLabel = "FILE",
            description = "Settings, like conf/write_proxy.conf; WP_CONF_FILE.")
    private @Nullable String conf;

    @Option(
            names = {"-sc", "--stream-conf"},
            paramLabel = "FILE",
            description = "Settings of single streams.")
    private @Nullable String streamConf;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Where it listens, 0 for a free one; WP_SERVICE_PORT.")
    private @Nullable String port;

    @Option(
            names = {"-sp", "--stats-port"},
            paramLabel = "PORT",
            description = "Port of /ping and /metrics, 0 for a free one; WP_STATS_PORT.")
    private @Nullable String statsPort;

    @Option(
            names = {"-pd", "--stats-provider"},
            paramLabel = "CLASS",
            description = "Accepted for old scripts; metrics are always served.")
    private @Nullable String statsProvider;

    @Option(
            names = {"-si", "--shard-id"},
            paramLabel = "N",
            description = "Its place in the ring of proxies; WP_SHARD_ID.")
    private @Nullable String shardId;

    @Option(
            names = {"-a", "--announce"},
            description = "Let clients find it.")
    private boolean announces;

    @Option(
            names = {"-mx", "--thriftmux"},
            description = "Accepted for old scripts; ThriftMux is what it speaks.")
    private boolean isThriftMux;

    @Option(
            names = {"-la", "--load-appraiser"},
            hidden = true,
            description = "Accepted for old scripts.")
    private boolean appraisesLoad;

    @Override
    public Integer call() throws InterruptedException {
        List<String> args = new ArrayList<>();
        add(args, "--uri", uri);
        add(args, "--conf", conf);
        add(args, "--stream-conf", streamConf);
        add(args, "--port", port);
        add(args, "--stats-port", statsPort);
        add(args, "--stats-provider", statsProvider);
        add(args, "--shard-id", shardId);
        add(args, "--announce", announces);
        add(args, "--thriftmux", isThriftMux);
        add(args, "--load-appraiser", appraisesLoad);
        if (spec == null) {
            throw new AssertionError("picocli fills in spec");
        }
        Boolean isVerbose = spec.root().findOption("-v").getValue();
        add(args, "-v", Boolean.TRUE.equals(isVerbose));
        WriteProxyMain.main(args.toArray(String[]::new));
        return 0;
    }

    private static void add(List<String> args, String flag, @Nullable String value) {
        if (value != null) {
            args.add(flag);
            args.add(value);
        }
    }

    private static void add(List<String> args, String flag, boolean isSet) {
        if (isSet) {
            args.add(flag);
        }
    }
}
