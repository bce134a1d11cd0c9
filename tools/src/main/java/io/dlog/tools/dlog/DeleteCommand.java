package io.dlog.tools.dlog;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.tools.console.Confirmation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Deletes a stream and its ledgers. */
@Command(name = "delete", description = "Delete a stream and all its records.", mixinStandardHelpOptions = true)
final class DeleteCommand implements Callable<Integer> {
    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Mixin
    private final StreamOption stream = new StreamOption();

    @Option(
            names = {"-f", "--force"},
            description = "Don't ask.")
    private boolean isForced;

    @Override
    public Integer call() throws Exception {
        try (Namespace namespace = options.open();
                DistributedLogManager log = stream.open(namespace, options)) {
            if (isForced
                    || Confirmation.onConsole()
                            .confirm("Do you want to delete stream " + stream.name() + " under " + options.uri())) {
                log.delete();
                System.out.println("Deleted stream " + stream.name() + ".");
            }
        }
        return 0;
    }
}
