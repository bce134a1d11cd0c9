package io.dlog.tools.bookie;

import io.dlog.metadata.zookeeper.LayoutNode;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the ledgers of the cluster. */
@Command(name = "listledgers", description = "List the cluster's ledgers.", mixinStandardHelpOptions = true)
final class ListLedgersCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Option(
            names = {"-m", "-meta", "--meta"},
            description = "Print the metadata of each.")
    private boolean showsMetadata;

    @Override
    public Integer call() throws Exception {
        try (ZooKeeperSession session = bookie.connect()) {
            String root = bookie.metadata().root();
            LedgerLayout layout = new LayoutNode(session, root).read().get();
            LedgerMetadataNodes ledgers = new LedgerMetadataNodes(session, root, layout);
            for (long ledger : ledgers.list().get()) {
                System.out.println(
                        showsMetadata
                                ? LedgerMetadataCommand.describe(
                                        ledgers.read(ledger).get().value())
                                : "ledgerID: " + ledger);
            }
        }
        return 0;
    }
}
