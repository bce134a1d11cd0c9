package io.dlog.tools.dlog;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.Namespace;
import io.dlog.tools.console.CommandException;
import java.io.IOException;
import picocli.CommandLine.Option;

/** Which stream a command works on. */
final class StreamOption {
    @Option(
            names = {"-s", "--stream"},
            required = true,
            paramLabel = "STREAM",
            description = "The stream.")
    private String name = "";

    String name() {
        return name;
    }

    /** Opens the stream, which must exist. */
    DistributedLogManager open(Namespace namespace, NamespaceOptions options) throws IOException {
        if (!namespace.logExists(name)) {
            throw new CommandException(
                    "no stream " + name + " under " + options.uri() + "; bin/dlog tool list shows what there is",
                    new LogNotFoundException(name));
        }
        return namespace.openLog(name);
    }
}
