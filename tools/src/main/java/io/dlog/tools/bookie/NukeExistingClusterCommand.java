package io.dlog.tools.bookie;

import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.tools.console.CommandException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Removes a cluster's metadata altogether. */
@Command(
        name = "nukeexistingcluster",
        description = "Remove all metadata of a cluster; refuses while bookies are registered.",
        mixinStandardHelpOptions = true)
final class NukeExistingClusterCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Option(
            names = {"-p", "-zkledgersrootpath", "--zkledgersrootpath"},
            required = true,
            paramLabel = "ROOT",
            description = "The root, which must be the one of the settings file.")
    private String root = "";

    @Option(
            names = {"-i", "-instanceid", "--instanceid"},
            paramLabel = "ID",
            description = "The cluster's instance id; bkshell whatisinstanceid says it.")
    private @Nullable String instanceId;

    @Option(
            names = {"-f", "-force", "--force"},
            description = "Don't compare the instance id.")
    private boolean isForced;

    @Override
    public Integer call() throws Exception {
        String configured = bookie.metadata().root();
        if (!configured.equals(root)) {
            throw new CommandException("-p " + root + " is not the root of the settings file, " + configured);
        }
        if (instanceId == null && !isForced) {
            throw new CommandException("give -i INSTANCE-ID (bkshell whatisinstanceid says it), or -f");
        }
        try (ZooKeeperSession session = bookie.connect()) {
            new ClusterFormat(session, root)
                    .nukeExistingCluster(isForced ? Optional.empty() : Optional.ofNullable(instanceId))
                    .get();
            System.out.println("Removed the cluster at " + root + ".");
        }
        return 0;
    }
}
