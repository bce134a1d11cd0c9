package io.dlog.metadata.zookeeper;

import io.dlog.ledger.LedgerMetadata;
import io.dlog.ledger.LedgerMetadataCodec;
import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ledgers' metadata in ZooKeeper, one persistent node each; the node's version is what a compare-and-set names.
 *
 * <p>When the reply to a change is lost, the node is read again and compared. A creation is ours when its cToken is; a
 * compare-and-set happened when the node has the next version and our bytes, did not happen (and is tried again, up to
 * {@value #ATTEMPTS_MAX} times) when it has the version we named, and lost otherwise.
 *
 * <p>Thread: safe, because it is immutable. Futures complete on ZooKeeper's event thread.
 */
public final class LedgerMetadataNodes implements LedgerMetadataStore {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerMetadataNodes.class);

    /** A lost reply may be lost again; then the outcome stays unknown. */
    private static final int ATTEMPTS_MAX = 3;

    private final ZooKeeperSession session;
    private final String root;
    private final LedgerLayout layout;

    /**
     * @param root root of the ledgers, such as {@code /ledgers}
     * @param layout what {@link LayoutNode} says
     */
    public LedgerMetadataNodes(ZooKeeperSession session, String root, LedgerLayout layout) {
        this.session = session;
        this.root = root;
        this.layout = layout;
    }

    private String path(long ledgerId) {
        return root + layout.path(ledgerId);
    }

    @Override
    public CompletableFuture<Versioned<LedgerMetadata>> create(LedgerMetadata metadata) {
        return Outcomes.plain(create(metadata, LedgerMetadataCodec.write(metadata), ATTEMPTS_MAX));
    }

    private CompletableFuture<Versioned<LedgerMetadata>> create(LedgerMetadata metadata, byte[] bytes, int attempts) {
        String path = path(metadata.ledgerId());
        CompletableFuture<Versioned<LedgerMetadata>> created =
                session.create(path, bytes, CreateMode.PERSISTENT).thenApply(name -> new Versioned<>(metadata, 0));
        CompletableFuture<Versioned<LedgerMetadata>> orOurs =
                Outcomes.recover(created, Reason.EXISTS, () -> oursOrTaken(metadata));
        CompletableFuture<Versioned<LedgerMetadata>> belowParents = Outcomes.recover(
                orOurs,
                Reason.NOT_FOUND,
                // A deletion elsewhere may prune the parents in between, hence the attempts.
                () -> attempts <= 1
                        ? orOurs
                        : session.ensurePath(ZooKeeperSession.parentOf(path))
                                .thenCompose(parents -> create(metadata, bytes, attempts - 1)));
        return Outcomes.recover(
                belowParents,
                Reason.UNAVAILABLE,
                // Without a token our node can't be told from another's, so the outcome stays unknown.
                () -> attempts <= 1 || metadata.cToken() == 0 ? belowParents : create(metadata, bytes, attempts - 1));
    }

    private CompletableFuture<Versioned<LedgerMetadata>> oursOrTaken(LedgerMetadata metadata) {
        return read(metadata.ledgerId()).thenCompose(present -> {
            if (metadata.cToken() != 0 && present.value().cToken() == metadata.cToken()) {
                return CompletableFuture.completedFuture(present);
            }
            return CompletableFuture.failedFuture(
                    new MetadataException(Reason.EXISTS, "ledger " + metadata.ledgerId() + " exists"));
        });
    }

    @Override
    public CompletableFuture<Versioned<LedgerMetadata>> read(long ledgerId) {
        return Outcomes.plain(session.read(path(ledgerId)).thenCompose(node -> {
            try {
                return CompletableFuture.completedFuture(
                        new Versioned<>(LedgerMetadataCodec.read(ledgerId, node.data()), (long) node.version()));
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(
                        new MetadataException(Reason.MALFORMED, path(ledgerId) + ": " + e.getMessage(), e));
            }
        }));
    }

    @Override
    public CompletableFuture<Versioned<LedgerMetadata>> write(LedgerMetadata metadata, long expectedVersion) {
        return Outcomes.plain(
                write(metadata, LedgerMetadataCodec.write(metadata), Math.toIntExact(expectedVersion), ATTEMPTS_MAX));
    }

    private CompletableFuture<Versioned<LedgerMetadata>> write(
            LedgerMetadata metadata, byte[] bytes, int expectedVersion, int attempts) {
        CompletableFuture<Versioned<LedgerMetadata>> written = session.write(
                        path(metadata.ledgerId()), bytes, expectedVersion)
                .thenApply(version -> new Versioned<>(metadata, (long) version));
        return Outcomes.recover(
                written,
                Reason.UNAVAILABLE,
                () -> session.read(path(metadata.ledgerId())).thenCompose(node -> {
                    if (node.version() == expectedVersion + 1 && Arrays.equals(node.data(), bytes)) {
                        return CompletableFuture.completedFuture(new Versioned<>(metadata, (long) node.version()));
                    }
                    if (node.version() == expectedVersion) {
                        return attempts <= 1 ? written : write(metadata, bytes, expectedVersion, attempts - 1);
                    }
                    return CompletableFuture.failedFuture(new MetadataException(
                            Reason.BAD_VERSION,
                            "ledger " + metadata.ledgerId() + " has version " + node.version() + ", not "
                                    + expectedVersion));
                }));
    }

    @Override
    public CompletableFuture<Void> delete(long ledgerId) {
        return Outcomes.plain(delete(ledgerId, ATTEMPTS_MAX).thenCompose(deleted -> prune(path(ledgerId))));
    }

    private CompletableFuture<Void> delete(long ledgerId, int attempts) {
        CompletableFuture<Void> deleted = session.deleteIfPresent(path(ledgerId));
        // Ledger ids are used once, so a second deletion can't meet somebody else's ledger.
        return Outcomes.recover(
                deleted, Reason.UNAVAILABLE, () -> attempts <= 1 ? deleted : delete(ledgerId, attempts - 1));
    }

    /** Removes empty parents from the bottom up, stopping at the first that can't be removed. */
    private CompletableFuture<Void> prune(String path) {
        String parent = ZooKeeperSession.parentOf(path);
        if (parent.length() <= root.length()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        var unused = session.delete(parent, -1).whenComplete((deleted, failure) -> {
            if (failure == null) {
                Outcomes.forward(prune(parent), done);
            } else {
                LOG.debug("parent of a deleted ledger stays path={} reason={}", parent, Outcomes.reason(failure));
                done.complete(null);
            }
        });
        return done;
    }

    @Override
    public CompletableFuture<List<Long>> list() {
        return new Walk().start();
    }

    /** A walk over the tree, one node at a time. Thread: owned by ZooKeeper's event thread. */
    private final class Walk {
        private final CompletableFuture<List<Long>> result = new CompletableFuture<>();
        private final List<Long> ledgers = new ArrayList<>();
        private final Deque<String> branches = new ArrayDeque<>();

        CompletableFuture<List<Long>> start() {
            branches.push("");
            step();
            return result;
        }

        private void step() {
            String branch = branches.poll();
            if (branch == null) {
                result.complete(List.copyOf(ledgers));
                return;
            }
            CompletableFuture<List<String>> children =
                    branch.isEmpty() ? session.children(root) : session.childrenIfPresent(root + branch);
            var unused = children.whenComplete((names, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(Outcomes.unwrapped(failure));
                    return;
                }
                for (String name : names) {
                    visit(branch + "/" + name);
                }
                step();
            });
        }

        private void visit(String path) {
            String[] names = path.substring(1).split("/");
            if (LedgerLayout.RESERVED.contains(names[0])) {
                return;
            }
            OptionalLong ledgerId = layout.ledgerId(names);
            if (ledgerId.isPresent()) {
                ledgers.add(ledgerId.getAsLong());
            } else if (layout.isBranch(names)) {
                branches.push(path);
            }
        }
    }

    @Override
    public AutoCloseable watch(long ledgerId, Consumer<Long> onChange) {
        return session.watchNode(path(ledgerId), () -> onChange.accept(ledgerId));
    }
}
