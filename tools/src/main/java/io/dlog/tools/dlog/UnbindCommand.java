package io.dlog.tools.dlog;

import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.zookeeper.NamespaceBindingNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.tools.console.Confirmation;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes the binding of a namespace away. */
@Command(
        name = "unbind",
        description = "Take a namespace's binding away; its streams and ledgers stay.",
        mixinStandardHelpOptions = true)
final class UnbindCommand implements Callable<Integer> {
    @Parameters(paramLabel = "URI", description = "The namespace: distributedlog://ZKHOST:PORT/PATH.")
    private String uri = "";

    @Option(
            names = {"-f", "--force"},
            description = "Don't ask.")
    private boolean isForced;

    @Override
    public Integer call() throws Exception {
        NamespaceUri namespace = NamespaceOptions.parse(uri);
        try (ZooKeeperSession session = ZooKeeperSession.connect(namespace.zkServers(), BindCommand.SESSION_TIMEOUT)) {
            NamespaceBindingNodes bindings = new NamespaceBindingNodes(session);
            Optional<NamespaceBinding> present = bindings.own(namespace.path()).get();
            if (present.isEmpty()) {
                System.out.println("No bookkeeper is bound to " + uri);
                return 0;
            }
            System.out.println("There is bookkeeper bound to " + uri + " : ");
            System.out.println();
            System.out.println(BindCommand.describe(present.get()));
            System.out.println();
            if (isForced || Confirmation.onConsole().confirm("Do you want to unbind " + uri)) {
                bindings.unbind(namespace.path()).get();
                System.out.println("Unbound on " + uri + ".");
            }
        }
        return 0;
    }
}
