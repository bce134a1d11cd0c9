package io.dlog.tools.bookie;

import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes a cluster's metadata where there are none. */
@Command(
        name = "initnewcluster",
        description = "Make the metadata of a new cluster; fails when the root exists.",
        mixinStandardHelpOptions = true)
final class InitNewClusterCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Override
    public Integer call() throws Exception {
        try (ZooKeeperSession session = bookie.connect()) {
            String root = bookie.metadata().root();
            String instance = new ClusterFormat(session, root)
                    .initNewCluster(bookie.layout())
                    .get();
            System.out.println("New cluster at " + root + ", instance " + instance + ".");
        }
        return 0;
    }
}
