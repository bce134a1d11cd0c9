package io.dlog.proxy;

import io.dlog.concurrent.ThreadScheduler;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.log.LogConfig;
import io.dlog.log.LogConfigReader;
import io.dlog.log.Namespace;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.metrics.DropwizardMetrics;
import io.dlog.metrics.StatsServer;
import io.dlog.proxy.server.AccessPolicy;
import io.dlog.proxyclient.protocol.ProxyIdentity;
import io.dlog.proxyclient.transport.ServerSet;
import io.dlog.proxyclient.zookeeper.ZooKeeperServerSet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The write proxy process. Runs in the foreground until SIGTERM, then stops cleanly. Prints {@code writeproxy HOST:PORT is
 * ready} on stdout when it accepts work and, if asked to, has announced itself. Exit status 143 after SIGTERM, as the JVM has
 * it, 1 when it could not start, 2 for a wrong command line; the reason is one line on stderr.
 *
 * <p>Thread: main starts it; the shutdown hook stops it.
 */
public final class WriteProxyMain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteProxyMain.class);

    /** Sessions of announcements, as upstream has them. */
    private static final Duration ANNOUNCE_SESSION = Duration.ofSeconds(60);

    private static final Duration ZOOKEEPER_TIMEOUT = Duration.ofSeconds(15);

    private final ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();
    private final WriteProxy proxy;

    private WriteProxyMain(WriteProxyArguments arguments) throws IOException, ConfigException {
        String uri = arguments.value("uri").orElseThrow(() -> new ConfigException("--uri must name the namespace"));
        NamespaceUri namespaceUri;
        try {
            namespaceUri = NamespaceUri.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        }
        ConfigReader reader = reader(arguments);
        WriteProxyConfig config = WriteProxyConfig.read(reader);
        LogConfig logConfig = LogConfigReader.read(reader);
        reader.finish();
        int statsPort = statsPort(arguments);
        warnOfFlagsWithoutEffect(arguments);
        boolean isRunning = false;
        try {
            ThreadScheduler scheduler = new ThreadScheduler("proxy", config.threads());
            parts.push(scheduler);
            proxy = WriteProxy.listen(config, scheduler);
            parts.push(proxy);
            Namespace namespace = new NamespaceBuilder()
                    .uri(uri)
                    .conf(logConfig)
                    .clientId(proxy.identity().text())
                    .build();
            // Its place is under the proxy, whose streams need it until they are closed.
            parts.pop();
            parts.push(namespace);
            parts.push(proxy);
            DropwizardMetrics metrics = DropwizardMetrics.withJvm();
            proxy.serve(namespace, logConfig.zkSessionTimeout(), AccessPolicy.ALLOW_ALL, metrics);
            StatsServer stats = StatsServer.start(StatsServer.loopback(statsPort), metrics, Map.of());
            parts.push(stats);
            if (arguments.has("announce")) {
                ServerSet serverSet = ZooKeeperServerSet.open(
                        namespaceUri.zkServers(),
                        namespaceUri.path() + "/.write_proxy",
                        ANNOUNCE_SESSION,
                        ZOOKEEPER_TIMEOUT);
                // Withdrawn first of all: it lies on top.
                parts.push(serverSet);
                proxy.announce(serverSet, stats.port());
            }
            isRunning = true;
            LOG.info("write proxy is ready identity={} uri={}", proxy.identity().text(), uri);
        } finally {
            if (!isRunning) {
                close();
            }
        }
    }

    private static void warnOfFlagsWithoutEffect(WriteProxyArguments arguments) {
        if (arguments.has("stream-conf")) {
            LOG.warn(
                    "flag has no effect, all streams have the settings of --conf flag=--stream-conf value={}",
                    arguments.value("stream-conf").orElse(""));
        }
        if (arguments.has("load-appraiser")) {
            LOG.warn("flag has no effect, streams are placed by the clients' ring flag=--load-appraiser");
        }
    }

    private static ConfigReader reader(WriteProxyArguments arguments) throws ConfigException {
        ConfigReader reader = arguments.has("conf")
                ? ConfigReader.open(Path.of(arguments.value("conf").orElseThrow()))
                : ConfigReader.empty();
        arguments.value("port").ifPresent(port -> reader.override("server_port", port));
        arguments.value("shard-id").ifPresent(shard -> reader.override("server_shard", shard));
        answerAtOnce(reader);
        return reader;
    }

    /**
     * Defaults of the log library that would make a client of a proxy wait, replaced where the file says nothing.
     *
     * <p>The library collects 1 KiB before it sends, and a program that wants its records out sooner flushes; nobody
     * flushes behind a proxy, so each record goes at once. The library waits half a minute for a lock that another holds;
     * a proxy says at once who the owner is.
     */
    private static void answerAtOnce(ConfigReader reader) {
        boolean saysWhenToSend = reader.isSet("writerOutputBufferSize")
                || reader.isSet("output-buffer-size")
                || reader.isSet("periodicFlushFrequencyMilliSeconds");
        if (!saysWhenToSend) {
            reader.override("writerOutputBufferSize", "0");
            if (!reader.isSet("enableImmediateFlush")) {
                reader.override("enableImmediateFlush", "true");
            }
        }
        if (!reader.isSet("lockTimeoutSeconds")) {
            reader.override("lockTimeoutSeconds", "0");
        }
    }

    private static int statsPort(WriteProxyArguments arguments) throws ConfigException {
        String text = arguments.value("stats-port").orElse("9000");
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException("--stats-port must be a port from 0 to 65535, not " + text, e);
        }
        throw new ConfigException("--stats-port must be a port from 0 to 65535, not " + text);
    }

    /** The running proxy. */
    public WriteProxy proxy() {
        return proxy;
    }

    /**
     * Starts a proxy by its command line and returns it running.
     *
     * @throws IllegalArgumentException for a wrong command line
     * @throws IOException when it can't start; one line says why
     * @throws ConfigException when a setting is wrong; one line says which
     */
    public static WriteProxyMain start(String... args) throws IOException, ConfigException {
        return new WriteProxyMain(WriteProxyArguments.parse(args));
    }

    /** Withdraws the announcement, stops the stats page, gives the streams back, closes the namespace. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("part of the proxy did not close cleanly part={}", part, e);
            }
        }
    }

    public static void main(String[] args) throws InterruptedException {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        int failure = run(System.err, args);
        if (failure != 0) {
            System.exit(failure);
        }
        new CountDownLatch(1).await();
    }

    /** Starts and registers the stop; 0 when it runs, else the exit status. */
    static int run(PrintStream errors, String... args) {
        WriteProxyArguments arguments;
        try {
            arguments = WriteProxyArguments.parse(args);
        } catch (IllegalArgumentException e) {
            errors.println(e.getMessage() + "; " + WriteProxyArguments.USAGE);
            return 2;
        }
        if (arguments.has("help")) {
            System.out.println(WriteProxyArguments.USAGE);
            System.exit(0);
        }
        try {
            WriteProxyMain running = new WriteProxyMain(arguments);
            Runtime.getRuntime().addShutdownHook(new Thread(running::close, "write-proxy-stop"));
            ProxyIdentity identity = running.proxy().identity();
            System.out.println("writeproxy " + identity.host() + ":" + identity.port() + " is ready");
            return 0;
        } catch (IOException | ConfigException e) {
            return complain(errors, arguments, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | LinkageError e) {
            // A bug or a class path that lacks something; the name of the exception is half of the message.
            return complain(errors, arguments, e.toString(), e);
        }
    }

    /** One line, whatever stands in the message. */
    private static int complain(PrintStream errors, WriteProxyArguments arguments, String reason, Throwable cause) {
        errors.println("write proxy can't start: " + reason.lines().collect(Collectors.joining(" ")));
        if (arguments.has("verbose")) {
            cause.printStackTrace(errors);
        }
        return 1;
    }
}
