package io.dlog.log.zookeeper;

import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.namespace.NamespaceBindingCodec;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.zookeeper.Outcomes;
import io.dlog.metadata.zookeeper.ZNode;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;

/**
 * Bindings of namespaces, in the data of their nodes. A node without data inherits the binding of the nearest node above it
 * that has one.
 *
 * <p>Thread: safe, because it is immutable. Futures fail with {@link MetadataException}.
 */
public final class NamespaceBindingNodes {
    private final ZooKeeperSession session;

    /** What to do about a namespace whose node is missing. */
    public enum MissingNode {
        /** Refuse. */
        REFUSE,
        /** Make it and those above it. */
        CREATE
    }

    public NamespaceBindingNodes(ZooKeeperSession session) {
        this.session = session;
    }

    /** The binding on this very node. */
    public CompletableFuture<Optional<NamespaceBinding>> own(String path) {
        return Outcomes.plain(session.find(path).thenCompose(node -> decoded(path, node)));
    }

    /** The binding on this node or the nearest above it. */
    public CompletableFuture<Optional<NamespaceBinding>> nearest(String path) {
        return Outcomes.plain(session.find(path).thenCompose(node -> {
            if (node.isPresent() && node.orElseThrow().data().length > 0) {
                return decoded(path, node);
            }
            return path.equals("/")
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : nearest(ZooKeeperSession.parentOf(path));
        }));
    }

    private static CompletableFuture<Optional<NamespaceBinding>> decoded(String path, Optional<ZNode> node) {
        if (node.isEmpty() || node.orElseThrow().data().length == 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        try {
            return CompletableFuture.completedFuture(
                    Optional.of(NamespaceBindingCodec.read(node.orElseThrow().data())));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(Failures.malformed(path, e));
        }
    }

    /** Writes the binding of a node, over the one it may have. */
    public CompletableFuture<Void> bind(String path, NamespaceBinding binding, MissingNode missing) {
        byte[] bytes = NamespaceBindingCodec.write(binding);
        CompletableFuture<Void> bound = session.find(path).thenCompose(node -> {
            if (node.isPresent()) {
                return write(path, bytes, node.orElseThrow().version());
            }
            if (missing == MissingNode.REFUSE) {
                return CompletableFuture.failedFuture(new MetadataException(
                        Reason.NOT_FOUND, "there is no node " + path + "; bind with -c to create it"));
            }
            return session.ensurePath(ZooKeeperSession.parentOf(path))
                    .thenCompose(parents -> session.create(path, bytes, CreateMode.PERSISTENT))
                    .thenAccept(name -> {});
        });
        return Outcomes.plain(resolved(path, bytes, bound));
    }

    /** Takes the binding of a node away and leaves the node; without a node there is nothing to do. */
    public CompletableFuture<Void> unbind(String path) {
        byte[] nothing = {};
        return Outcomes.plain(session.find(path)
                .thenCompose(node -> node.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : resolved(
                                path,
                                nothing,
                                write(path, nothing, node.orElseThrow().version()))));
    }

    private CompletableFuture<Void> write(String path, byte[] bytes, int version) {
        return session.write(path, bytes, version).thenAccept(newVersion -> {});
    }

    /** A lost reply: the node says whether it holds what we wrote. */
    private CompletableFuture<Void> resolved(String path, byte[] bytes, CompletableFuture<Void> change) {
        return Outcomes.recover(
                change,
                Reason.UNAVAILABLE,
                () -> session.find(path)
                        .thenCompose(node -> node.isPresent()
                                        && Arrays.equals(node.orElseThrow().data(), bytes)
                                ? CompletableFuture.completedFuture(null)
                                : change));
    }
}
