package io.dlog.log.zookeeper;

import io.dlog.log.InvalidStreamNameException;
import io.dlog.log.LogExistsException;
import io.dlog.log.namespace.LogCatalog;
import io.dlog.log.namespace.LogNames;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.zookeeper.Outcomes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;

/**
 * The logs of one namespace in ZooKeeper.
 *
 * <pre>
 *   [namespace]/[log]                          empty
 *     [default]                                empty; its name has angle brackets
 *       version                                ff ff ff ff
 *       maxtxid                                0
 *       ledgers                                0, log segments below
 *       lock  readLock  allocation             empty
 * </pre>
 *
 * <p>All of it is created in one transaction. A node is a log when it has {@code <default>} below it; so a log {@code a} and
 * a log {@code a/b} may stand side by side, and a node made only to carry {@code a/b} is none.
 *
 * <p>Thread: safe, because it is immutable. Futures complete on ZooKeeper's event thread. Source: DistributedLog, recorded
 * nodes.
 */
public final class LogCatalogNodes implements LogCatalog {
    /** The node below a log's that holds all of it. */
    public static final String UNPARTITIONED = "<default>";

    private static final byte[] EMPTY = {};
    private static final byte[] VERSION = {-1, -1, -1, -1};
    private static final byte[] ZERO = "0".getBytes(StandardCharsets.UTF_8);

    /** Removals in one transaction; ZooKeeper limits a request to 1 MB. */
    private static final int REMOVALS_MAX = 1000;

    private static final int ATTEMPTS_MAX = 3;

    private final ZooKeeperSession session;
    private final String namespacePath;
    private final NamespaceBindingNodes bindings;

    /** @param namespacePath of the namespace's node, without a slash at the end */
    public LogCatalogNodes(ZooKeeperSession session, String namespacePath) {
        this.session = session;
        this.namespacePath = namespacePath;
        this.bindings = new NamespaceBindingNodes(session);
    }

    /** The node below which a log keeps all it has; for {@link LogSegmentNodes} and {@link WriteLockNodes}. */
    public static String contentPath(String namespacePath, String logName) {
        return namespacePath + "/" + logName + "/" + UNPARTITIONED;
    }

    @Override
    public CompletableFuture<Optional<NamespaceBinding>> binding() {
        return Failures.ofLog(namespacePath, bindings.nearest(namespacePath));
    }

    @Override
    public CompletableFuture<Optional<NamespaceBinding>> bindingOf(String logName) {
        return named(logName, name -> bindings.nearest(namespacePath + "/" + name));
    }

    /** Checks the name before anything is asked. */
    private <T> CompletableFuture<T> named(String logName, Function<String, CompletableFuture<T>> call) {
        String name;
        try {
            name = LogNames.checked(logName);
        } catch (InvalidStreamNameException e) {
            return CompletableFuture.failedFuture(e);
        }
        return Failures.ofLog(name, call.apply(name));
    }

    @Override
    public CompletableFuture<Void> create(String logName) {
        return named(logName, name -> create(name, ATTEMPTS_MAX));
    }

    private CompletableFuture<Void> create(String name, int attempts) {
        String logPath = namespacePath + "/" + name;
        String content = contentPath(namespacePath, name);
        CompletableFuture<Void> created = session.exists(content)
                .thenCompose(present -> present.isPresent()
                        ? CompletableFuture.failedFuture(new LogExistsException("log " + name + " exists"))
                        : session.ensurePath(ZooKeeperSession.parentOf(logPath))
                                .thenCompose(parents -> session.exists(logPath))
                                .thenCompose(logNode -> session.multi(nodes(logPath, content, logNode.isPresent())))
                                .thenAccept(results -> {}));
        if (attempts <= 1) {
            return created;
        }
        // Somebody created the log, or only its node on the way to a log below it: the next attempt tells.
        CompletableFuture<Void> again = Outcomes.recover(created, Reason.EXISTS, () -> create(name, attempts - 1));
        // It was missing a moment ago, so if it is there now, it was created as we asked.
        return Outcomes.recover(
                again,
                Reason.UNAVAILABLE,
                () -> session.exists(content)
                        .thenCompose(present -> present.isPresent()
                                ? CompletableFuture.completedFuture(null)
                                : create(name, attempts - 1)));
    }

    private static List<Op> nodes(String logPath, String content, boolean hasLogNode) {
        List<Op> nodes = new ArrayList<>();
        if (!hasLogNode) {
            nodes.add(persistent(logPath, EMPTY));
        }
        nodes.add(persistent(content, EMPTY));
        nodes.add(persistent(content + "/maxtxid", ZERO));
        nodes.add(persistent(content + "/version", VERSION));
        nodes.add(persistent(content + "/lock", EMPTY));
        nodes.add(persistent(content + "/readLock", EMPTY));
        nodes.add(persistent(content + "/ledgers", ZERO));
        nodes.add(persistent(content + "/allocation", EMPTY));
        return nodes;
    }

    private static Op persistent(String path, byte[] data) {
        return Op.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    @Override
    public CompletableFuture<Void> delete(String logName) {
        return named(logName, name -> {
            String content = contentPath(namespacePath, name);
            return session.read(content)
                    .thenCompose(present -> remove(content, ATTEMPTS_MAX))
                    .thenCompose(removed -> removeIfUnused(namespacePath + "/" + name));
        });
    }

    /** Removes a tree, the last part of it, and so the log, in one transaction. */
    private CompletableFuture<Void> remove(String content, int attempts) {
        List<String> found = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Void> removed = collect(content, found).thenCompose(all -> {
            List<String> paths = new ArrayList<>(found);
            // Longer paths first puts children before their parents.
            paths.sort((a, b) -> a.length() != b.length() ? b.length() - a.length() : a.compareTo(b));
            return removeInParts(paths);
        });
        if (attempts <= 1) {
            return removed;
        }
        // A node came or went while we collected them, or a reply was lost.
        CompletableFuture<Void> changed = Outcomes.recover(removed, Reason.EXISTS, () -> remove(content, attempts - 1));
        CompletableFuture<Void> gone = Outcomes.recover(changed, Reason.NOT_FOUND, () -> remove(content, attempts - 1));
        return Outcomes.recover(gone, Reason.UNAVAILABLE, () -> remove(content, attempts - 1));
    }

    private CompletableFuture<Void> collect(String path, List<String> found) {
        return Outcomes.recover(
                session.children(path).thenCompose(names -> {
                    found.add(path);
                    CompletableFuture<?>[] below = names.stream()
                            .map(name -> collect(path + "/" + name, found))
                            .toArray(CompletableFuture<?>[]::new);
                    return CompletableFuture.allOf(below);
                }),
                Reason.NOT_FOUND,
                () -> CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<Void> removeInParts(List<String> paths) {
        if (paths.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<String> part = paths.subList(0, Math.min(REMOVALS_MAX, paths.size()));
        List<Op> removals = part.stream().map(path -> Op.delete(path, -1)).toList();
        return session.multi(removals).thenCompose(results -> removeInParts(paths.subList(part.size(), paths.size())));
    }

    /** The log's own node stays when other logs lie below it. */
    private CompletableFuture<Void> removeIfUnused(String logPath) {
        return Outcomes.recover(
                session.deleteIfPresent(logPath), Reason.EXISTS, () -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletableFuture<Boolean> exists(String logName) {
        return named(
                logName,
                name -> session.exists(contentPath(namespacePath, name)).thenApply(node -> node.isPresent()));
    }

    @Override
    public CompletableFuture<List<String>> list() {
        return Failures.ofLog(namespacePath, new Walk().start());
    }

    /** A walk over the namespace, one node at a time. Thread: owned by ZooKeeper's event thread. */
    private final class Walk {
        private final CompletableFuture<List<String>> result = new CompletableFuture<>();
        private final TreeSet<String> logs = new TreeSet<>();
        private final Deque<String> toVisit = new ArrayDeque<>();

        CompletableFuture<List<String>> start() {
            toVisit.push("");
            step();
            return result;
        }

        private void step() {
            String name = toVisit.poll();
            if (name == null) {
                result.complete(List.copyOf(logs));
                return;
            }
            var unused = session.childrenIfPresent(namespacePath + name).whenComplete((children, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(failure);
                    return;
                }
                for (String child : children) {
                    if (child.equals(UNPARTITIONED) && !name.isEmpty()) {
                        logs.add(name.substring(1));
                    } else if (!LogNames.isReserved(child)) {
                        toVisit.push(name + "/" + child);
                    }
                }
                step();
            });
        }
    }
}
