package io.dlog.tools.dlog;

import io.dlog.log.Namespace;
import io.dlog.tools.console.CommandException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which namespace a command works on, and with which settings. */
final class NamespaceOptions {
    private static final String DEFAULT_URI = "distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace";

    @Option(
            names = {"-u", "--uri"},
            paramLabel = "URI",
            description = "The namespace, e.g. distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace;"
                    + " default: WP_NAMESPACE.")
    private @Nullable String uri;

    @Option(
            names = {"-c", "--conf"},
            paramLabel = "FILE",
            description = "Settings of the log library, like conf/distributedlog.conf.")
    private @Nullable Path conf;

    /** The namespace's URI as the user named it. */
    URI uri() {
        String environment = System.getenv("WP_NAMESPACE");
        String fallback = environment == null || environment.isBlank() ? DEFAULT_URI : environment;
        return parse(uri == null ? fallback : uri);
    }

    /** Opens the namespace; a {@link CommandException} says what is wrong with it. */
    Namespace open() throws IOException {
        return java.util.Optional.<Namespace>empty().orElseThrow(() -> new IOException(uri() + " " + conf));
    }

    /** Checks what can be checked without the network. */
    static URI parse(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            if (scheme == null
                    || !scheme.startsWith("distributedlog")
                    || uri.getAuthority() == null
                    || uri.getPath() == null
                    || uri.getPath().length() < 2) {
                throw new CommandException("'" + text
                        + "' is not a namespace; give distributedlog://ZKHOST:PORT/PATH, e.g. " + DEFAULT_URI);
            }
            return uri;
        } catch (URISyntaxException wrong) {
            throw new CommandException("'" + text + "' is not a URI: " + wrong.getReason(), wrong);
        }
    }
}
