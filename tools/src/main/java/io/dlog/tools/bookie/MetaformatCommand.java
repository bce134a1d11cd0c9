package io.dlog.tools.bookie;

import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.tools.console.CommandException;
import io.dlog.tools.console.Confirmation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes or wipes the cluster's metadata. */
@Command(
        name = "metaformat",
        description = "Format the cluster's metadata: all ledgers are forgotten.",
        mixinStandardHelpOptions = true)
final class MetaformatCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Option(
            names = {"-n", "-nonInteractive", "--nonInteractive"},
            description = "Don't ask; refuse when there is something to lose, unless -f.")
    private boolean neverAsks;

    @Option(
            names = {"-f", "-force", "--force"},
            description = "With -n: format even when there is something to lose.")
    private boolean isForced;

    @Override
    public Integer call() throws Exception {
        try (ZooKeeperSession session = bookie.connect()) {
            String root = bookie.metadata().root();
            ClusterFormat format = new ClusterFormat(session, root);
            if (session.exists(root).get().isPresent()) {
                if (neverAsks) {
                    if (!isForced && format.isFormatted().get()) {
                        throw new CommandException(root + " holds a cluster already; -f formats it all the same");
                    }
                } else if (!Confirmation.onConsole().confirm("Are you sure to format bookkeeper metadata ?")) {
                    System.err.println("Bookkeeper metadata were not formatted.");
                    return 1;
                }
            }
            String instance = format.format(bookie.layout()).get();
            System.out.println("Bookkeeper metadata formatted: " + root + ", instance " + instance + ".");
        }
        return 0;
    }
}
