package io.dlog.tools.dlog;

import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.log.LogConfig;
import io.dlog.log.LogConfigReader;
import io.dlog.log.Namespace;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.tools.console.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which namespace a command works on, and with which settings. */
final class NamespaceOptions {
    private static final String DEFAULT_URI = "distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace";

    @Option(
            names = {"-u", "--uri"},
            paramLabel = "URI",
            description = "The namespace, distributedlog://ZKHOST:PORT/PATH; default: WP_NAMESPACE.")
    private @Nullable String uri;

    @Option(
            names = {"-c", "--conf"},
            paramLabel = "FILE",
            description = "Settings of the log library, like conf/distributedlog.conf.")
    private @Nullable Path conf;

    /** The namespace as the user named it. */
    NamespaceUri uri() {
        return parse(uri == null ? defaultUri() : uri);
    }

    /** The namespace of those who name none. */
    static String defaultUri() {
        String environment = System.getenv("WP_NAMESPACE");
        return environment == null || environment.isBlank() ? DEFAULT_URI : environment;
    }

    /** Opens the namespace. */
    Namespace open() throws ConfigException, IOException {
        LogConfig config = LogConfig.defaults();
        if (conf != null) {
            ConfigReader reader = ConfigReader.open(conf);
            config = LogConfigReader.read(reader);
            reader.finish();
        }
        return new NamespaceBuilder().uri(uri().toString()).conf(config).build();
    }

    /** Checks what can be checked without the network. */
    static NamespaceUri parse(String text) {
        try {
            return NamespaceUri.parse(text);
        } catch (IllegalArgumentException wrong) {
            String why = wrong.getMessage();
            throw new CommandException(why == null ? "not a namespace: " + text : why, wrong);
        }
    }
}
