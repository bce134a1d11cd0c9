package io.dlog.tools.dlog;

import io.dlog.log.AsyncLogWriter;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.record.DLSN;
import io.dlog.tools.console.Confirmation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives up the beginning of a stream. */
@Command(
        name = "truncate_stream",
        description = "Give up all records before a position. No writer or proxy may hold the stream.",
        mixinStandardHelpOptions = true)
final class TruncateStreamCommand implements Callable<Integer> {
    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Mixin
    private final StreamOption stream = new StreamOption();

    @Option(
            names = {"-dlsn", "--dlsn"},
            required = true,
            paramLabel = "SEGMENT,ENTRY,SLOT",
            description = "First position to keep.")
    private String dlsn = "";

    @Option(
            names = {"-f", "--force"},
            description = "Don't ask.")
    private boolean isForced;

    @Override
    public Integer call() throws Exception {
        DLSN keepFrom = DlsnText.parse(dlsn);
        try (Namespace namespace = options.open();
                DistributedLogManager log = stream.open(namespace, options)) {
            if (!isForced
                    && !Confirmation.onConsole()
                            .confirm("Do you want to truncate " + stream.name() + " at dlsn " + keepFrom)) {
                return 0;
            }
            AsyncLogWriter writer = log.openAsyncLogWriter().get();
            try {
                boolean isDone = writer.truncate(keepFrom).get();
                System.out.println(isDone ? "Truncated." : "Nothing to truncate.");
            } finally {
                writer.asyncClose().get();
            }
        }
        return 0;
    }
}
