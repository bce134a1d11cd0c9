package io.dlog.tools.dlog;

import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.tools.console.CommandException;
import io.dlog.tools.console.Confirmation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Binds a namespace to a bookkeeper cluster. */
@Command(
        name = "bind",
        description = "Bind a namespace to a bookkeeper cluster, or show its binding with -q.",
        mixinStandardHelpOptions = true)
final class BindCommand implements Callable<Integer> {
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    @Parameters(paramLabel = "URI", description = "The namespace: distributedlog://ZKHOST:PORT/PATH.")
    private String uri = "";

    @Option(
            names = {"-l", "--bkLedgers"},
            paramLabel = "PATH",
            description = "Root of the ledgers.")
    private @Nullable String ledgers;

    @Option(
            names = {"-s", "--bkZkServers"},
            paramLabel = "SERVERS",
            description = "ZooKeeper of the bookies, for writers.")
    private @Nullable String bkWriters;

    @Option(
            names = {"-bkzr", "--bkZkServersForReader"},
            paramLabel = "SERVERS",
            description = "ZooKeeper of the bookies, for readers; default: as for writers.")
    private @Nullable String bkReaders;

    @Option(
            names = {"-dlzw", "--dlZkServersForWriter"},
            paramLabel = "SERVERS",
            description = "ZooKeeper of the namespace, for writers; default: the one of URI.")
    private @Nullable String dlWriters;

    @Option(
            names = {"-dlzr", "--dlZkServersForReader"},
            paramLabel = "SERVERS",
            description = "ZooKeeper of the namespace, for readers; default: as for writers.")
    private @Nullable String dlReaders;

    @Option(
            names = {"-i", "--sanityCheckTxnID"},
            arity = "1",
            paramLabel = "BOOL",
            description = "Check transaction ids against the stored maximum; default ${DEFAULT-VALUE}.")
    private boolean checksTxnId = true;

    @Option(
            names = {"-r", "--encodeRegionID"},
            arity = "1",
            paramLabel = "BOOL",
            description = "Record the writer's region in segment metadata; default ${DEFAULT-VALUE}.")
    private boolean encodesRegion;

    @Option(
            names = {"-seqno", "--firstLogSegmentSeqNo"},
            paramLabel = "N",
            description = "Number of each log's first segment; default 1.")
    private @Nullable Long firstSegment;

    @Option(
            names = {"-fns", "--federatedNamespace"},
            description = "Spread logs over sub-namespaces. Cannot be turned back.")
    private boolean isFederated;

    @Option(
            names = {"-f", "--force"},
            description = "Don't ask.")
    private boolean isForced;

    @Option(
            names = {"-c", "--creation"},
            description = "Create the namespace's node when it is missing.")
    private boolean creates;

    @Option(
            names = {"-q", "--query"},
            description = "Only show the binding.")
    private boolean isQuery;

    @Override
    public Integer call() throws Exception {
        if (!isQuery && (ledgers == null || bkWriters == null)) {
            throw new CommandException("Error: Neither zkServers nor ledgersPath specified for bookkeeper environment."
                    + " Give -s SERVERS and -l PATH, or -q to look at the binding");
        }
        NamespaceUri namespace = NamespaceOptions.parse(uri);
        try (ZooKeeperSession session = ZooKeeperSession.connect(namespace.zkServers(), SESSION_TIMEOUT)) {
            NamespaceBindingNodes bindings = new NamespaceBindingNodes(session);
            Optional<NamespaceBinding> present = bindings.own(namespace.path()).get();
            if (present.isEmpty()) {
                System.out.println("No bookkeeper is bound to " + uri);
            } else {
                System.out.println("There is bookkeeper bound to " + uri + " : ");
                System.out.println();
                System.out.println(describe(present.get()));
                System.out.println();
            }
            if (isQuery) {
                System.out.println("Done.");
                return 0;
            }
            return bind(namespace, bindings, present);
        }
    }

    private int bind(NamespaceUri namespace, NamespaceBindingNodes bindings, Optional<NamespaceBinding> present)
            throws Exception {
        NamespaceBinding wanted = wanted(namespace);
        if (present.isPresent()) {
            if (present.get().equals(wanted)) {
                System.out.println("No bookkeeper binding needs to be updated. Quit.");
                return 0;
            }
            if (Boolean.TRUE.equals(present.get().isFederated()) && !isFederated) {
                throw new CommandException("You can't turn a federated namespace back to non-federated.");
            }
            if (!isForced
                    && !Confirmation.onConsole()
                            .confirm("Do you want to bind " + uri + " with new bookkeeper instance :\n"
                                    + describe(wanted))) {
                return 0;
            }
        }
        bindings.bind(namespace.path(), wanted, creates ? MissingNode.CREATE : MissingNode.REFUSE)
                .get();
        if (present.isEmpty()) {
            System.out.println("Created binding on " + uri + ".");
        } else {
            System.out.println("Updated binding on " + uri + " : ");
            System.out.println(describe(wanted));
        }
        return 0;
    }

    private NamespaceBinding wanted(NamespaceUri namespace) {
        if (bkWriters == null || ledgers == null) {
            throw new AssertionError("checked before");
        }
        String writers = dlWriters == null ? namespace.zkServers() : dlWriters;
        return new NamespaceBinding(
                bkWriters,
                ledgers,
                checksTxnId,
                encodesRegion,
                bkReaders == null ? bkWriters : bkReaders,
                writers,
                dlReaders == null ? writers : dlReaders,
                null,
                firstSegment,
                isFederated ? Boolean.TRUE : null);
    }

    /** One setting a line. */
    static String describe(NamespaceBinding binding) {
        StringBuilder text = new StringBuilder()
                .append("bookies:    ")
                .append(binding.bkZkServers())
                .append(binding.bkLedgersPath())
                .append("\n            for readers ")
                .append(binding.bkZkServersForReader())
                .append("\nnamespace:  ")
                .append(binding.dlZkServersForWriter())
                .append("\n            for readers ")
                .append(binding.dlZkServersForReader())
                .append("\nsanityCheckTxnID ")
                .append(binding.sanityCheckTxnId())
                .append(", encodeRegionID ")
                .append(binding.encodeRegionId());
        if (binding.firstLogSegmentSeqNo() != null) {
            text.append(", firstLogSegmentSeqNo ").append(binding.firstLogSegmentSeqNo());
        }
        if (Boolean.TRUE.equals(binding.isFederated())) {
            text.append(", federated");
        }
        return text.toString();
    }
}
