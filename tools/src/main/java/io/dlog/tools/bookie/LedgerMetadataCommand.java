package io.dlog.tools.bookie;

import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.zookeeper.LayoutNode;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.LedgerMetadataNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints one ledger's metadata. */
@Command(name = "ledgermetadata", description = "Print a ledger's metadata.", mixinStandardHelpOptions = true)
final class LedgerMetadataCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Option(
            names = {"-l", "-ledgerid", "--ledgerid"},
            required = true,
            paramLabel = "LEDGER",
            description = "The ledger.")
    private long ledger;

    @Override
    public Integer call() throws Exception {
        try (ZooKeeperSession session = bookie.connect()) {
            String root = bookie.metadata().root();
            LedgerLayout layout = new LayoutNode(session, root).read().get();
            System.out.println(describe(new LedgerMetadataNodes(session, root, layout)
                    .read(ledger)
                    .get()
                    .value()));
        }
        return 0;
    }

    /** Without the password. */
    static String describe(LedgerMetadata metadata) {
        return "ledgerID: " + metadata.ledgerId() + "\n"
                + "  state: " + metadata.state() + "\n"
                + "  ensemble " + metadata.ensembleSize() + ", write quorum " + metadata.writeQuorum()
                + ", ack quorum " + metadata.ackQuorum() + ", digest " + metadata.digestType() + "\n"
                + "  last entry " + metadata.lastEntryId() + ", bytes " + metadata.length() + "\n"
                + "  created " + Instant.ofEpochMilli(metadata.ctimeMillis()) + "\n"
                + "  fragments " + metadata.fragments();
    }
}
