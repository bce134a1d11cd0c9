package io.dlog.tools.bookie;

import io.dlog.metadata.zookeeper.ClusterFormat;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says which instance of the cluster there is. */
@Command(
        name = "whatisinstanceid",
        description = "Print the cluster's instance id, which each format makes anew.",
        mixinStandardHelpOptions = true)
final class WhatIsInstanceIdCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Override
    public Integer call() throws Exception {
        try (ZooKeeperSession session = bookie.connect()) {
            String root = bookie.metadata().root();
            System.out.println("Metadata service: " + bookie.metadata() + ", instance id: "
                    + new ClusterFormat(session, root).instanceId().get());
        }
        return 0;
    }
}
