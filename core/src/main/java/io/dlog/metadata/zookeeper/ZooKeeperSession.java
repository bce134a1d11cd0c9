package io.dlog.metadata.zookeeper;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to ZooKeeper that outlives its sessions: when one expires, the next is opened and listeners are told.
 *
 * <p>Futures fail with {@link MetadataException}. A connection that breaks, or a session that ends, while a call is under
 * way makes its outcome unknown: {@code UNAVAILABLE}, never {@code NOT_FOUND}. Reads are repeated up to
 * {@value #READ_ATTEMPTS_MAX} times before they fail so; ZooKeeper's client waits for its next attempt to connect before it
 * answers, which paces them. Changes are never repeated here: who asked knows how to tell whether they happened.
 *
 * <p>Thread: safe, because the current session is volatile and the rest is guarded. Futures complete on ZooKeeper's event
 * thread, callbacks run there; neither may block.
 */
public final class ZooKeeperSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperSession.class);

    /** How long {@link #connect(String, Duration)} waits for the first session. */
    public static final Duration FIRST_WAIT = Duration.ofSeconds(10);

    private static final int READ_ATTEMPTS_MAX = 5;

    private final String servers;
    private final Duration sessionTimeout;
    private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstEstablished = new CountDownLatch(1);
    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean isClosed;

    @GuardedBy("lock")
    private long generation;

    /** Highest generation whose beginning listeners were told. */
    @GuardedBy("lock")
    private long announced;

    private volatile ZooKeeper current;

    private ZooKeeperSession(String servers, Duration sessionTimeout) throws IOException {
        this.servers = servers;
        this.sessionTimeout = sessionTimeout;
        this.current = open(1);
        synchronized (lock) {
            generation = 1;
        }
    }

    /** Connects and waits up to {@link #FIRST_WAIT}. */
    public static ZooKeeperSession connect(String servers, Duration sessionTimeout) throws MetadataException {
        return connect(servers, sessionTimeout, FIRST_WAIT);
    }

    /**
     * Connects and waits for the first session; blocks.
     *
     * @param servers {@code host:port}, several of them separated by {@code ,} or {@code ;}
     * @param sessionTimeout silence after which the servers end the session
     * @param firstWait how long to wait here before failing with {@code UNAVAILABLE}
     */
    public static ZooKeeperSession connect(String servers, Duration sessionTimeout, Duration firstWait)
            throws MetadataException {
        String withCommas = servers.replace(';', ',');
        ZooKeeperSession session;
        try {
            session = new ZooKeeperSession(withCommas, sessionTimeout);
        } catch (IOException | IllegalArgumentException e) {
            throw new MetadataException(
                    Reason.UNAVAILABLE, "not a list of ZooKeeper servers: '" + servers + "': " + e.getMessage(), e);
        }
        try {
            if (session.firstEstablished.await(firstWait.toMillis(), TimeUnit.MILLISECONDS)) {
                return session;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            session.close();
            throw new MetadataException(Reason.UNAVAILABLE, "interrupted while connecting to ZooKeeper", e);
        }
        session.close();
        throw new MetadataException(
                Reason.UNAVAILABLE,
                "ZooKeeper at " + withCommas + " did not answer within " + inWords(firstWait) + "; is it running?");
    }

    private static String inWords(Duration wait) {
        return wait.toMillis() % 1000 == 0 ? wait.toSeconds() + " s" : wait.toMillis() + " ms";
    }

    private ZooKeeper open(long forGeneration) throws IOException {
        return new ZooKeeper(servers, (int) sessionTimeout.toMillis(), event -> onEvent(forGeneration, event));
    }

    private void onEvent(long ofGeneration, WatchedEvent event) {
        if (event.getType() != Watcher.Event.EventType.None) {
            return;
        }
        if (event.getState() == KeeperState.SyncConnected) {
            onConnected(ofGeneration);
        } else if (event.getState() == KeeperState.Expired) {
            onExpired(ofGeneration);
        } else {
            LOG.debug("ZooKeeper connection changed state={} servers={}", event.getState(), servers);
        }
    }

    private void onConnected(long ofGeneration) {
        boolean isFirstTime;
        synchronized (lock) {
            isFirstTime = ofGeneration > announced;
            announced = Math.max(announced, ofGeneration);
        }
        if (isFirstTime) {
            LOG.info("ZooKeeper session established servers={} generation={}", servers, ofGeneration);
            listeners.forEach(listener -> listener.established(ofGeneration));
            // Last: who waits for the first session adds listeners next, and they must not hear of it.
            firstEstablished.countDown();
        }
    }

    private void onExpired(long ofGeneration) {
        synchronized (lock) {
            if (isClosed || ofGeneration != generation) {
                return;
            }
        }
        LOG.warn("ZooKeeper session expired servers={} generation={}", servers, ofGeneration);
        listeners.forEach(listener -> listener.expired(ofGeneration));
        synchronized (lock) {
            if (isClosed) {
                return;
            }
            generation = ofGeneration + 1;
            try {
                current = open(generation);
            } catch (IOException e) {
                throw new AssertionError("server list was accepted before: " + servers, e);
            }
        }
    }

    /** Adds a listener; it is told of what happens from now on. */
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    /** Counts the sessions of this connection from 1. */
    public long generation() {
        synchronized (lock) {
            return generation;
        }
    }

    /** Id of the current session, 0 before it is established. */
    public long sessionId() {
        return current.getSessionId();
    }

    /** What the servers agreed to, or what was asked for as long as they have not answered. */
    public Duration sessionTimeout() {
        int agreed = current.getSessionTimeout();
        return agreed > 0 ? Duration.ofMillis(agreed) : sessionTimeout;
    }

    /** The server list, separated by commas. */
    public String servers() {
        return servers;
    }

    // Changes

    /** Creates a node, open to everybody; the future has its path, with the sequence if the mode adds one. */
    public CompletableFuture<String> create(String path, byte[] data, CreateMode mode) {
        CompletableFuture<String> future = new CompletableFuture<>();
        current.create(
                path,
                data,
                ZooDefs.Ids.OPEN_ACL_UNSAFE,
                mode,
                (rc, p, ctx, name) -> finish(future, rc, path, () -> name),
                null);
        return future;
    }

    /** Replaces a node's data; -1: whatever its version. The future has the new version. */
    public CompletableFuture<Integer> write(String path, byte[] data, int expectedVersion) {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        current.setData(
                path,
                data,
                expectedVersion,
                (rc, p, ctx, stat) -> finish(future, rc, path, () -> stat.getVersion()),
                null);
        return future;
    }

    /** Removes a node without children; -1: whatever its version. Children make it fail with {@code EXISTS}. */
    public CompletableFuture<Void> delete(String path, int expectedVersion) {
        CompletableFuture<Boolean> future = new CompletableFuture<>();
        current.delete(path, expectedVersion, (rc, p, ctx) -> finish(future, rc, path, () -> true), null);
        return future.thenAccept(done -> {});
    }

    /** Removes a node unless it is gone already. */
    public CompletableFuture<Void> deleteIfPresent(String path) {
        return Outcomes.recover(delete(path, -1), Reason.NOT_FOUND, ZooKeeperSession::done);
    }

    /** All of the changes or none; fails with the reason of the first that is refused. */
    public CompletableFuture<List<OpResult>> multi(List<Op> changes) {
        CompletableFuture<List<OpResult>> future = new CompletableFuture<>();
        current.multi(
                changes,
                (rc, p, ctx, results) -> {
                    String what = rc == Code.OK.intValue() ? "" : refused(changes, results);
                    finish(future, rc, what, () -> results);
                },
                null);
        return future;
    }

    private static String refused(List<Op> changes, List<OpResult> results) {
        for (int i = 0; results != null && i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.ErrorResult error
                    && error.getErr() != Code.OK.intValue()
                    && error.getErr() != Code.RUNTIMEINCONSISTENCY.intValue()) {
                return changes.get(i).getPath();
            }
        }
        return changes.get(0).getPath();
    }

    /** Creates the node, empty and persistent, and those above it, as far as they are missing. */
    public CompletableFuture<Void> ensurePath(String path) {
        if (path.isEmpty() || path.equals("/")) {
            return done();
        }
        return exists(path).thenCompose(node -> {
            if (node.isPresent()) {
                return done();
            }
            return ensurePath(parentOf(path))
                    .thenCompose(parent -> Outcomes.recover(
                            create(path, new byte[0], CreateMode.PERSISTENT).thenAccept(name -> {}),
                            Reason.EXISTS,
                            ZooKeeperSession::done));
        });
    }

    // Reads

    /** Reads a node. */
    public CompletableFuture<ZNode> read(String path) {
        return repeated(READ_ATTEMPTS_MAX, () -> readOnce(path));
    }

    private CompletableFuture<ZNode> readOnce(String path) {
        CompletableFuture<ZNode> future = new CompletableFuture<>();
        current.getData(
                path, false, (rc, p, ctx, data, stat) -> finish(future, rc, path, () -> node(data, stat)), null);
        return future;
    }

    private static ZNode node(byte[] data, Stat stat) {
        return new ZNode(
                data == null ? new byte[0] : data, stat.getVersion(), stat.getEphemeralOwner(), stat.getNumChildren());
    }

    /** Reads a node that may be missing. */
    public CompletableFuture<Optional<ZNode>> find(String path) {
        return Outcomes.recover(
                read(path).thenApply(Optional::of),
                Reason.NOT_FOUND,
                () -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /** Looks for a node without reading its data. */
    public CompletableFuture<Optional<ZNode>> exists(String path) {
        return repeated(READ_ATTEMPTS_MAX, () -> existsOnce(path, null));
    }

    private CompletableFuture<Optional<ZNode>> existsOnce(String path, @Nullable Watcher watcher) {
        CompletableFuture<Optional<ZNode>> future = new CompletableFuture<>();
        current.exists(
                path,
                watcher,
                (rc, p, ctx, stat) -> {
                    if (rc == Code.NONODE.intValue()) {
                        future.complete(Optional.empty());
                    } else {
                        finish(future, rc, path, () -> Optional.of(node(new byte[0], stat)));
                    }
                },
                null);
        return future;
    }

    /** Names of the nodes directly below, in no order. */
    public CompletableFuture<List<String>> children(String path) {
        return repeated(READ_ATTEMPTS_MAX, () -> childrenOnce(path, null));
    }

    private CompletableFuture<List<String>> childrenOnce(String path, @Nullable Watcher watcher) {
        CompletableFuture<List<String>> future = new CompletableFuture<>();
        current.getChildren(
                path, watcher, (rc, p, ctx, names) -> finish(future, rc, path, () -> List.copyOf(names)), null);
        return future;
    }

    /** Names of the nodes directly below; none if there is no such node. */
    public CompletableFuture<List<String>> childrenIfPresent(String path) {
        return Outcomes.recover(children(path), Reason.NOT_FOUND, () -> CompletableFuture.completedFuture(List.of()));
    }

    // Watches

    /**
     * Calls back after the set of children changes, until closed; also once after a new session, since what happened
     * between the sessions is not known. Reading the children in the callback misses no change. A node that is missing is
     * waited for.
     */
    public AutoCloseable watchChildren(String path, Runnable onChange) {
        return new Watch(path, onChange, Watch.Kind.CHILDREN).start();
    }

    /** Calls back after a node is created, written or removed, until closed; also once after a new session. */
    public AutoCloseable watchNode(String path, Runnable onChange) {
        return new Watch(path, onChange, Watch.Kind.NODE).start();
    }

    /**
     * A watch that is set again each time it fired, before the callback runs, and in each new session.
     *
     * <p>Thread: safe, because all state is volatile and setting a watch twice is harmless.
     */
    private final class Watch implements AutoCloseable, Watcher, SessionListener {
        private enum Kind {
            CHILDREN,
            NODE
        }

        private final String path;
        private final Runnable onChange;
        private final Kind kind;
        private volatile boolean isClosed;

        Watch(String path, Runnable onChange, Kind kind) {
            this.path = path;
            this.onChange = onChange;
            this.kind = kind;
        }

        Watch start() {
            addListener(this);
            arm(() -> {});
            return this;
        }

        private void arm(Runnable then) {
            CompletableFuture<?> armed = kind == Kind.CHILDREN
                    ? Outcomes.recover(
                            childrenOnce(path, this).thenApply(names -> true),
                            Reason.NOT_FOUND,
                            () -> existsOnce(path, this).thenApply(node -> true))
                    : existsOnce(path, this);
            var unused = armed.whenComplete((set, failure) -> {
                if (isClosed || isConnectionClosed()) {
                    return;
                }
                if (failure == null) {
                    then.run();
                } else if (isUnavailable(failure)) {
                    // Paced by ZooKeeper's attempts to connect; an expired session arms again through established().
                    if (current.getState().isAlive()) {
                        arm(then);
                    }
                } else {
                    LOG.warn("watch can't be set path={}", path, failure);
                }
            });
        }

        @Override
        public void process(WatchedEvent event) {
            if (!isClosed && event.getType() != Event.EventType.None) {
                arm(onChange);
            }
        }

        @Override
        public void expired(long ofGeneration) {}

        @Override
        public void established(long ofGeneration) {
            if (!isClosed) {
                arm(onChange);
            }
        }

        @Override
        public void close() {
            isClosed = true;
            removeListener(this);
        }
    }

    private boolean isConnectionClosed() {
        synchronized (lock) {
            return isClosed;
        }
    }

    // Outcomes

    private static <T> void finish(CompletableFuture<T> future, int rc, String path, Supplier<T> result) {
        if (rc == Code.OK.intValue()) {
            future.complete(result.get());
        } else {
            future.completeExceptionally(failure(rc, path));
        }
    }

    private static MetadataException failure(int rc, String path) {
        Code code = Code.get(rc);
        KeeperException cause = KeeperException.create(code == null ? Code.SYSTEMERROR : code, path);
        Reason reason =
                switch (cause.code()) {
                    case NONODE -> Reason.NOT_FOUND;
                    case NODEEXISTS, NOTEMPTY -> Reason.EXISTS;
                    case BADVERSION -> Reason.BAD_VERSION;
                    default -> Reason.UNAVAILABLE;
                };
        return new MetadataException(reason, "ZooKeeper: " + cause.code() + " for " + path, cause);
    }

    private <T> CompletableFuture<T> repeated(int attempts, Supplier<CompletableFuture<T>> read) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        var unused = read.get().whenComplete((result, failure) -> {
            if (failure == null) {
                outcome.complete(result);
            } else if (attempts > 1 && isUnavailable(failure) && !isConnectionClosed()) {
                Outcomes.forward(repeated(attempts - 1, read), outcome);
            } else {
                outcome.completeExceptionally(Outcomes.unwrapped(failure));
            }
        });
        return outcome;
    }

    private static boolean isUnavailable(Throwable failure) {
        return Outcomes.reason(failure) == Reason.UNAVAILABLE;
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** The part of a path above its last name; {@code /} for a node at the top. */
    public static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** Removes a node and all below it; what is gone already counts as removed. */
    public CompletableFuture<Void> deleteRecursively(String path) {
        return childrenIfPresent(path).thenCompose(names -> {
            List<CompletableFuture<Void>> deletions = new ArrayList<>();
            for (String name : names) {
                deletions.add(deleteRecursively(path + "/" + name));
            }
            return CompletableFuture.allOf(deletions.toArray(new CompletableFuture<?>[0]))
                    .thenCompose(all -> deleteIfPresent(path));
        });
    }

    /** Ends the session; its ephemeral nodes vanish. Blocks for a moment. Calls under way fail. */
    @Override
    public void close() {
        synchronized (lock) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        try {
            current.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
