package io.dlog.log.namespace;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The port to the logs of one namespace. Futures fail with {@code io.dlog.log.DLException}.
 *
 * <p>Thread: safe. Futures complete on any thread.
 */
public interface LogCatalog {
    /** The binding that holds for this namespace: its own, or the nearest one above it. */
    CompletableFuture<Optional<NamespaceBinding>> binding();

    /**
     * The binding that holds for one log: a binding on a node between the namespace and the log, or on the log's node
     * itself, goes before the namespace's.
     */
    CompletableFuture<Optional<NamespaceBinding>> bindingOf(String logName);

    /** Creates all nodes of a log at once; {@code LogExistsException}. */
    CompletableFuture<Void> create(String logName);

    /** Removes all nodes of a log; its ledgers must be gone already. {@code LogNotFoundException}. */
    CompletableFuture<Void> delete(String logName);

    CompletableFuture<Boolean> exists(String logName);

    /** Names in order; reserved names are left out. */
    CompletableFuture<List<String>> list();
}
