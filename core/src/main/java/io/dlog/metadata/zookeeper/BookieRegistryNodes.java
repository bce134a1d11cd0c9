package io.dlog.metadata.zookeeper;

import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.metadata.BookieRegistry;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bookies registered in ZooKeeper, kept up to date by watches on {@code available} and {@code available/readonly}.
 *
 * <p>While ZooKeeper is away the sets stay as they were last seen. Thread: safe, because the sets are replaced whole.
 */
public final class BookieRegistryNodes implements BookieRegistry, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BookieRegistryNodes.class);
    private static final String READ_ONLY = "readonly";

    private final ZooKeeperSession session;
    private final String root;
    private final String available;
    private final List<AutoCloseable> watches;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Set<BookieId> writable = Set.of();
    private volatile Set<BookieId> readOnly = Set.of();

    private BookieRegistryNodes(ZooKeeperSession session, String root) {
        this.session = session;
        this.root = root;
        this.available = root + "/available";
        this.watches = new ArrayList<>();
    }

    /**
     * Starts watching; the sets are filled by the first {@link #refresh}.
     *
     * @param root root of the ledgers, such as {@code /ledgers}
     */
    public static BookieRegistryNodes watching(ZooKeeperSession session, String root) {
        BookieRegistryNodes registry = new BookieRegistryNodes(session, root);
        registry.watches.add(session.watchChildren(registry.available, registry::onChange));
        registry.watches.add(session.watchChildren(registry.available + "/" + READ_ONLY, registry::onChange));
        return registry;
    }

    private void onChange() {
        var unused = refresh().whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("registered bookies can't be read; going on with those known root={}", root, failure);
            }
        });
    }

    @Override
    public Set<BookieId> writable() {
        return writable;
    }

    @Override
    public Set<BookieId> readOnly() {
        return readOnly;
    }

    /** Calls back after either set changed. */
    public AutoCloseable onChange(Runnable callback) {
        listeners.add(callback);
        return () -> listeners.remove(callback);
    }

    @Override
    public CompletableFuture<Void> refresh() {
        CompletableFuture<Set<BookieId>> newWritable =
                session.childrenIfPresent(available).thenApply(BookieRegistryNodes::ids);
        CompletableFuture<Set<BookieId>> newReadOnly =
                session.childrenIfPresent(available + "/" + READ_ONLY).thenApply(BookieRegistryNodes::ids);
        return Outcomes.plain(newWritable.thenCombine(newReadOnly, this::update).thenAccept(changed -> {
            if (changed) {
                listeners.forEach(Runnable::run);
            }
        }));
    }

    private boolean update(Set<BookieId> newWritable, Set<BookieId> newReadOnly) {
        // A bookie on its way between the modes is for a moment in both; it takes adds only when it is in one.
        Set<BookieId> onlyWritable = new TreeSet<>(newWritable);
        onlyWritable.removeAll(newReadOnly);
        boolean changed = !onlyWritable.equals(writable) || !newReadOnly.equals(readOnly);
        writable = Set.copyOf(onlyWritable);
        readOnly = newReadOnly;
        if (changed) {
            LOG.info("registered bookies changed writable={} readOnly={}", onlyWritable, newReadOnly);
        }
        return changed;
    }

    private static Set<BookieId> ids(List<String> names) {
        Set<BookieId> ids = new TreeSet<>();
        for (String name : names) {
            if (!name.equals(READ_ONLY)) {
                try {
                    ids.add(new BookieId(name));
                } catch (IllegalArgumentException e) {
                    LOG.warn("registration ignored name={} reason={}", name, e.getMessage());
                }
            }
        }
        return Set.copyOf(ids);
    }

    @Override
    public CompletableFuture<BookieEndpoint> endpoint(BookieId id) {
        var known = BookieServiceInfoCodec.ofId(id);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.orElseThrow());
        }
        CompletableFuture<ZNode> node = Outcomes.recover(
                session.read(available + "/" + id),
                Reason.NOT_FOUND,
                () -> session.read(available + "/" + READ_ONLY + "/" + id));
        return Outcomes.plain(node.thenCompose(present -> {
            try {
                return CompletableFuture.completedFuture(BookieServiceInfoCodec.read(id, present.data()));
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(new MetadataException(
                        Reason.MALFORMED, "registration of bookie " + id + ": " + e.getMessage(), e));
            }
        }));
    }

    /** All bookies that ever stored a cookie and were not decommissioned. */
    public CompletableFuture<Set<BookieId>> all() {
        return Outcomes.plain(session.childrenIfPresent(root + "/cookies").thenApply(BookieRegistryNodes::ids));
    }

    /** Stops watching; the session stays open. */
    @Override
    public void close() {
        for (AutoCloseable watch : watches) {
            try {
                watch.close();
            } catch (Exception e) {
                LOG.warn("watch can't be closed root={}", root, e);
            }
        }
    }
}
