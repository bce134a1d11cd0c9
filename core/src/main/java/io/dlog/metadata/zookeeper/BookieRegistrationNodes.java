package io.dlog.metadata.zookeeper;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.concurrent.Lane;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bookie's registration in ZooKeeper.
 *
 * <pre>
 *   [root]/available/[id]             ephemeral while it takes adds
 *   [root]/available/readonly/[id]    ephemeral while it only serves reads
 *   [root]/cookies/[id]               persistent
 *   [root]/INSTANCEID                 persistent, 36 characters
 * </pre>
 *
 * <p>A change of mode creates the new node before it removes the old one, so that the bookie is never missing from both. A
 * node that another session holds is waited for, at most as long as that session may outlive its bookie.
 *
 * <p>Thread: safe, because what was asked for is guarded. Timers run on the given lane, futures complete there or on
 * ZooKeeper's event thread.
 */
public final class BookieRegistrationNodes implements BookieRegistration, SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(BookieRegistrationNodes.class);

    /** How often a node of an earlier life is looked at; a watch could be lost with the connection. */
    private static final Duration STALE_NODE_INTERVAL = Duration.ofMillis(200);

    /** Added to the session timeout: servers expire sessions in steps of a tick. */
    private static final Duration EXPIRY_SLACK = Duration.ofSeconds(2);

    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final ZooKeeperSession session;
    private final String root;
    private final Lane lane;
    private final Consumer<MetadataException> onFailure;
    private final Object lock = new Object();

    private record Wanted(BookieEndpoint endpoint, Mode mode) {}

    @GuardedBy("lock")
    private @Nullable Wanted wanted;

    /**
     * @param root root of the ledgers, such as {@code /ledgers}
     * @param lane runs timers
     * @param onFailure told when a registration could not be made again in a new session; the bookie should stop then
     */
    public BookieRegistrationNodes(
            ZooKeeperSession session, String root, Lane lane, Consumer<MetadataException> onFailure) {
        this.session = session;
        this.root = root;
        this.lane = lane;
        this.onFailure = onFailure;
        session.addListener(this);
    }

    @Override
    public CompletableFuture<String> instanceId() {
        return Outcomes.plain(
                session.read(root + "/INSTANCEID").thenApply(node -> new String(node.data(), StandardCharsets.UTF_8)));
    }

    private String cookiePath(BookieId id) {
        return root + "/cookies/" + id;
    }

    @Override
    public CompletableFuture<Optional<Versioned<byte[]>>> readCookie(BookieId id) {
        return Outcomes.plain(session.find(cookiePath(id))
                .thenApply(found -> found.map(node -> new Versioned<>(node.data(), (long) node.version()))));
    }

    @Override
    public CompletableFuture<Void> writeCookie(BookieId id, byte[] cookie, long expectedVersion) {
        CompletableFuture<Void> written = expectedVersion == -1
                ? session.ensurePath(root + "/cookies")
                        .thenCompose(parent -> session.create(cookiePath(id), cookie, CreateMode.PERSISTENT))
                        .thenAccept(path -> {})
                : session.write(cookiePath(id), cookie, Math.toIntExact(expectedVersion))
                        .thenAccept(version -> {});
        return Outcomes.plain(Outcomes.recover(
                written,
                Reason.UNAVAILABLE,
                () -> session.find(cookiePath(id)).thenCompose(node -> {
                    boolean isOurs = node.isPresent()
                            && node.orElseThrow().version() == expectedVersion + 1
                            && Arrays.equals(node.orElseThrow().data(), cookie);
                    return isOurs ? CompletableFuture.completedFuture(null) : written;
                })));
    }

    @Override
    public CompletableFuture<Void> deleteCookie(BookieId id) {
        return Outcomes.plain(session.deleteIfPresent(cookiePath(id)));
    }

    private String path(BookieId id, Mode mode) {
        return root + (mode == Mode.READ_WRITE ? "/available/" : "/available/readonly/") + id;
    }

    @Override
    public CompletableFuture<Void> register(BookieEndpoint endpoint, Mode mode) {
        Wanted now = new Wanted(endpoint, mode);
        synchronized (lock) {
            wanted = now;
        }
        return Outcomes.plain(put(now));
    }

    private CompletableFuture<Void> put(Wanted now) {
        BookieId id = now.endpoint().id();
        Mode other = now.mode() == Mode.READ_WRITE ? Mode.READ_ONLY : Mode.READ_WRITE;
        Duration patience = session.sessionTimeout().plus(EXPIRY_SLACK);
        long attempts = patience.toMillis() / STALE_NODE_INTERVAL.toMillis();
        byte[] payload = BookieServiceInfoCodec.write(now.endpoint());
        return session.ensurePath(root + "/available/readonly")
                .thenCompose(parents -> create(path(id, now.mode()), payload, attempts))
                .thenCompose(created -> session.deleteIfPresent(path(id, other)))
                .thenAccept(done -> LOG.info("bookie registered bookie={} mode={}", id, now.mode()));
    }

    private CompletableFuture<Void> create(String path, byte[] payload, long attempts) {
        CompletableFuture<Void> created =
                session.create(path, payload, CreateMode.EPHEMERAL).thenAccept(name -> {});
        CompletableFuture<Void> orThere =
                Outcomes.recover(created, Reason.EXISTS, () -> waitForOther(path, payload, attempts));
        return Outcomes.recover(
                orThere,
                Reason.UNAVAILABLE,
                // Whether it was created shows the next attempt: the node is there and ours.
                () -> attempts <= 0 ? orThere : later(() -> create(path, payload, attempts - 1)));
    }

    private CompletableFuture<Void> waitForOther(String path, byte[] payload, long attempts) {
        return session.find(path).thenCompose(found -> {
            if (found.isPresent() && found.orElseThrow().ephemeralOwner() == session.sessionId()) {
                return Arrays.equals(found.orElseThrow().data(), payload)
                        ? CompletableFuture.completedFuture(null)
                        : session.write(path, payload, -1).thenAccept(version -> {});
            }
            if (attempts <= 0) {
                return CompletableFuture.failedFuture(new MetadataException(
                        Reason.EXISTS,
                        path + " belongs to another running process (ZooKeeper session 0x"
                                + Long.toHexString(
                                        found.map(ZNode::ephemeralOwner).orElse(0L))
                                + "); is this bookie started twice?"));
            }
            return later(() -> create(path, payload, attempts - 1));
        });
    }

    private CompletableFuture<Void> later(Supplier<CompletableFuture<Void>> attempt) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        var unused = lane.schedule(() -> Outcomes.forward(attempt.get(), outcome), STALE_NODE_INTERVAL);
        return outcome;
    }

    @Override
    public CompletableFuture<Void> unregister() {
        Wanted before;
        synchronized (lock) {
            before = wanted;
            wanted = null;
        }
        if (before == null) {
            return CompletableFuture.completedFuture(null);
        }
        return Outcomes.plain(remove(before, Mode.READ_WRITE).thenCompose(done -> remove(before, Mode.READ_ONLY)));
    }

    /** Removes our node and leaves another session's alone. */
    private CompletableFuture<Void> remove(Wanted before, Mode mode) {
        String path = path(before.endpoint().id(), mode);
        return session.exists(path)
                .thenCompose(node -> node.isPresent() && node.orElseThrow().ephemeralOwner() == session.sessionId()
                        ? session.deleteIfPresent(path)
                        : CompletableFuture.completedFuture(null));
    }

    @Override
    public void expired(long generation) {
        LOG.warn("registration lost with its ZooKeeper session generation={}", generation);
    }

    @Override
    public void established(long generation) {
        Wanted now;
        synchronized (lock) {
            now = wanted;
        }
        if (now != null && generation > 1) {
            again(now);
        }
    }

    private void again(Wanted now) {
        var unused = put(now).whenComplete((done, failure) -> {
            if (failure == null || !isStill(now)) {
                return;
            }
            if (Outcomes.reason(failure) == Reason.UNAVAILABLE) {
                var unusedTimer = lane.schedule(() -> again(now), RETRY_INTERVAL);
            } else if (Outcomes.unwrapped(failure) instanceof MetadataException e) {
                onFailure.accept(e);
            } else {
                throw new AssertionError("registering " + now, failure);
            }
        });
    }

    private boolean isStill(Wanted then) {
        synchronized (lock) {
            return then.equals(wanted);
        }
    }

    /** Stops registering again; the session, and with it the registration, is its owner's to close. */
    @Override
    public void close() {
        session.removeListener(this);
        synchronized (lock) {
            wanted = null;
        }
    }
}
