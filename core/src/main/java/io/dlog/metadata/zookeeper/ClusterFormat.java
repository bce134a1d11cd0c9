package io.dlog.metadata.zookeeper;

import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;

/**
 * Makes, wipes and removes a cluster's metadata.
 *
 * <pre>
 *   [root]  LAYOUT  INSTANCEID  available  available/readonly
 * </pre>
 *
 * <p>Thread: safe, because it is immutable. Futures fail with {@link MetadataException} whose message says what to do.
 * Source: Apache BookKeeper 4.17, "metaformat", "initnewcluster", "nukeexistingcluster".
 */
public final class ClusterFormat {
    private final ZooKeeperSession session;
    private final String root;

    /** @param root root of the ledgers, such as {@code /ledgers} */
    public ClusterFormat(ZooKeeperSession session, String root) {
        this.session = session;
        this.root = root;
    }

    /** Whether there is something that {@link #format} would wipe. */
    public CompletableFuture<Boolean> isFormatted() {
        return Outcomes.plain(session.exists(root + "/INSTANCEID")
                .thenCompose(id -> id.isPresent()
                        ? CompletableFuture.completedFuture(true)
                        : session.exists(root + "/LAYOUT").thenApply(node -> node.isPresent())));
    }

    /** The instance id; {@code NOT_FOUND} when the cluster was never formatted. */
    public CompletableFuture<String> instanceId() {
        return Outcomes.plain(
                session.read(root + "/INSTANCEID").thenApply(node -> new String(node.data(), StandardCharsets.UTF_8)));
    }

    /**
     * Forgets all ledgers, cookies and marks of under-replication and gives the cluster a new instance id; the path to the
     * root is made as far as it is missing. Bookies of the old instance refuse to start until they are formatted too. The
     * future has the new instance id. {@code EXISTS} when bookies are registered: they would go on with ledgers that are
     * forgotten.
     */
    public CompletableFuture<String> format(LedgerLayout layout) {
        return Outcomes.plain(registeredBookies().thenCompose(bookies -> {
            if (!bookies.isEmpty()) {
                return refused("bookies are running: " + String.join(", ", bookies) + "; stop them first");
            }
            return session.ensurePath(root + "/available/readonly")
                    .thenCompose(made -> wipe())
                    .thenCompose(wiped -> create(root + "/LAYOUT", layout.write()))
                    .thenCompose(laidOut -> {
                        String id = UUID.randomUUID().toString();
                        return create(root + "/INSTANCEID", id.getBytes(StandardCharsets.UTF_8))
                                .thenApply(done -> id);
                    });
        }));
    }

    private CompletableFuture<Void> wipe() {
        return session.children(root).thenCompose(names -> {
            List<CompletableFuture<Void>> deletions = new ArrayList<>();
            for (String name : names) {
                // Names nobody knows are not ours to delete; LAYOUT and INSTANCEID are written anew.
                if (!name.equals("available") && (LedgerLayout.RESERVED.contains(name) || isLedgerTree(name))) {
                    deletions.add(session.deleteRecursively(root + "/" + name));
                }
            }
            return CompletableFuture.allOf(deletions.toArray(new CompletableFuture<?>[0]));
        });
    }

    /** Whether a name directly below the root is a ledger, a group of ledgers, or a left-over of giving out an id. */
    private static boolean isLedgerTree(String name) {
        return name.matches("\\d{2,3}|L\\d{10}|ID-.*");
    }

    private CompletableFuture<Void> create(String path, byte[] data) {
        return session.create(path, data, CreateMode.PERSISTENT).thenAccept(name -> {});
    }

    /**
     * Makes a new cluster where there is nothing yet; {@code EXISTS} otherwise. The path above the root is made as far as
     * it is missing. The future has the instance id.
     */
    public CompletableFuture<String> initNewCluster(LedgerLayout layout) {
        String id = UUID.randomUUID().toString();
        List<Op> nodes = List.of(
                persistent(root, new byte[0]),
                persistent(root + "/available", new byte[0]),
                persistent(root + "/available/readonly", new byte[0]),
                persistent(root + "/INSTANCEID", id.getBytes(StandardCharsets.UTF_8)),
                persistent(root + "/LAYOUT", layout.write()));
        return Outcomes.plain(session.exists(root).thenCompose(node -> {
            if (node.isPresent()) {
                return refused(root + " exists already; nothing was changed");
            }
            return session.ensurePath(ZooKeeperSession.parentOf(root))
                    .thenCompose(parents -> session.multi(nodes))
                    .thenApply(made -> id);
        }));
    }

    private static Op persistent(String path, byte[] data) {
        return Op.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    /**
     * Removes all metadata of a cluster, root included. {@code EXISTS} when bookies are registered or nodes lie there that
     * nobody knows; {@code BAD_VERSION} when the instance id is not the given one.
     *
     * @param instanceId the cluster meant; not compared when empty, which callers only allow when forced
     */
    public CompletableFuture<Void> nukeExistingCluster(Optional<String> instanceId) {
        return Outcomes.plain(checkInstance(instanceId)
                .thenCompose(checked -> registeredBookies())
                .thenCompose(bookies -> bookies.isEmpty()
                        ? session.children(root)
                        : refused("bookies are running: " + String.join(", ", bookies) + "; stop them first"))
                .thenCompose(names -> {
                    Set<String> unknown = new TreeSet<>(names);
                    unknown.removeIf(name -> LedgerLayout.RESERVED.contains(name) || isLedgerTree(name));
                    return unknown.isEmpty()
                            ? session.deleteRecursively(root)
                            : refused("unknown nodes below " + root + ": " + String.join(", ", unknown)
                                    + "; remove them first");
                }));
    }

    private CompletableFuture<Void> checkInstance(Optional<String> instanceId) {
        if (instanceId.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return instanceId()
                .thenCompose(present -> present.equals(instanceId.orElseThrow())
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(new MetadataException(
                                Reason.BAD_VERSION,
                                "the instance id of " + root + " is " + present + ", not "
                                        + instanceId.orElseThrow())));
    }

    private CompletableFuture<Set<String>> registeredBookies() {
        return session.childrenIfPresent(root + "/available")
                .thenCombine(session.childrenIfPresent(root + "/available/readonly"), (writable, readOnly) -> {
                    Set<String> bookies = new TreeSet<>(writable);
                    bookies.remove("readonly");
                    bookies.addAll(readOnly);
                    return bookies;
                });
    }

    private static <T> CompletableFuture<T> refused(String why) {
        return CompletableFuture.failedFuture(new MetadataException(Reason.EXISTS, why));
    }
}
