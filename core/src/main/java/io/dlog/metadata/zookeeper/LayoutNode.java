package io.dlog.metadata.zookeeper;

import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The {@code LAYOUT} node of a cluster. Thread: immutable. */
public final class LayoutNode {
    private final ZooKeeperSession session;
    private final String root;

    /** @param root root of the ledgers, such as {@code /ledgers} */
    public LayoutNode(ZooKeeperSession session, String root) {
        this.session = session;
        this.root = root;
    }

    /** The layout; {@code NOT_FOUND} when the cluster was never formatted, with what to do about it. */
    public CompletableFuture<LedgerLayout> read() {
        return session.find(root + "/LAYOUT").thenCompose(node -> {
            if (node.isEmpty()) {
                return CompletableFuture.failedFuture(new MetadataException(
                        Reason.NOT_FOUND,
                        "no cluster at " + session.servers() + root + "; format it: bin/dlog bkshell metaformat"));
            }
            try {
                return CompletableFuture.completedFuture(
                        LedgerLayout.read(node.orElseThrow().data()));
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(
                        new MetadataException(Reason.MALFORMED, root + "/LAYOUT: " + e.getMessage(), e));
            }
        });
    }

    /** The layout, which must be the one asked for, if one is. */
    public CompletableFuture<LedgerLayout> readExpecting(Optional<LedgerLayout> expected) {
        return read().thenCompose(layout -> expected.isEmpty() || expected.orElseThrow() == layout
                ? CompletableFuture.completedFuture(layout)
                : CompletableFuture.failedFuture(new MetadataException(
                        Reason.MALFORMED,
                        "ledgers at " + root + " are laid out as " + layout.typeName() + ", not as "
                                + expected.orElseThrow().typeName())));
    }
}
