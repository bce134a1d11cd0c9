package io.dlog.log.zookeeper;

import io.dlog.concurrent.Lane;
import io.dlog.log.LockingException;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.lock.WriteLock;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.zookeeper.Outcomes;
import io.dlog.metadata.zookeeper.SessionListener;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log's write lock in ZooKeeper: a queue of ephemeral nodes, whose first member owns the lock.
 *
 * <pre>
 *   [log]/lock/member_[client id, url encoded]_s[session id as %10d]_[sequence, 10 digits]      data: client id
 *
 *   FREE --acquire--> JOINING --joined--> WAITING --first in the queue--> HELD --release--> FREE
 *                        \------------------ timeout, session expired ------------------/
 * </pre>
 *
 * <p>Members of the same client and session as the first one own the lock with it. Each waiting member watches the one
 * before it. When the reply to joining is lost, the member of ours that is last in the queue is taken for it if it was not
 * there before. A held lock is lost when its session expires or somebody removes its node.
 *
 * <p>Thread: safe, because all state is owned by the lane; only {@link #isHeld} is read elsewhere. Source: DistributedLog,
 * recorded nodes.
 */
public final class WriteLockNodes implements WriteLock, SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(WriteLockNodes.class);
    private static final int ATTEMPTS_MAX = 3;

    private enum State {
        FREE,
        JOINING,
        WAITING,
        HELD
    }

    private final ZooKeeperSession session;
    private final Lane lane;
    private final String path;
    private final String logName;
    private final String clientId;

    private volatile State state = State.FREE;
    private @Nullable String member;
    private @Nullable CompletableFuture<Void> acquiring;
    private @Nullable Runnable onLost;
    /** Lost, and neither released nor acquired again since. */
    private boolean isLost;

    private @Nullable AutoCloseable watch;
    private Lane.@Nullable Timer timer;
    /** Tells late answers of an earlier attempt from those of the present one. */
    private long attempt;

    /**
     * @param path of the lock's node, such as {@code [content path]/lock}
     * @param clientId whom others are told that owns the lock
     */
    public WriteLockNodes(ZooKeeperSession session, Lane lane, String path, String logName, String clientId) {
        this.session = session;
        this.lane = lane;
        this.path = path;
        this.logName = logName;
        this.clientId = clientId;
    }

    /** Name of a member without its sequence. */
    static String memberPrefix(String clientId, long sessionId) {
        return "member_" + URLEncoder.encode(clientId, StandardCharsets.UTF_8) + "_s"
                + String.format(Locale.ROOT, "%10d", sessionId) + "_";
    }

    private static long sequence(String name) {
        String digits = name.substring(name.lastIndexOf('_') + 1);
        return digits.matches("\\d+") ? Long.parseLong(digits) : Long.MAX_VALUE;
    }

    @Override
    public CompletableFuture<Void> acquire(Duration timeout) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        lane.execute(() -> {
            if (state == State.HELD) {
                result.complete(null);
            } else if (state != State.FREE) {
                result.completeExceptionally(new LockingException("lock of log " + logName + " is being acquired"));
            } else {
                acquiring = result;
                isLost = false;
                attempt++;
                long mine = attempt;
                move(State.JOINING);
                session.addListener(this);
                if (!timeout.isZero()) {
                    timer = lane.schedule(() -> onTimeout(mine), timeout);
                }
                join(mine, timeout, ATTEMPTS_MAX);
            }
        });
        return result;
    }

    private void join(long mine, Duration timeout, int attempts) {
        // Reading first waits for the session, whose id is part of our name, and tells members before us from our own.
        CompletableFuture<Optional<Joined>> joined = session.childrenIfPresent(path)
                .thenCompose(before -> {
                    String prefix = memberPrefix(clientId, session.sessionId());
                    CompletableFuture<Optional<Joined>> created = session.create(
                                    path + "/" + prefix,
                                    clientId.getBytes(StandardCharsets.UTF_8),
                                    CreateMode.EPHEMERAL_SEQUENTIAL)
                            .thenApply(memberPath ->
                                    Optional.of(new Joined(memberPath.substring(path.length() + 1), true)));
                    return Outcomes.recover(created, Reason.UNAVAILABLE, () -> lastOfOurs(prefix, before));
                });
        var unused = joined.whenComplete((name, failure) -> lane.execute(() -> {
            if (mine != attempt || state != State.JOINING) {
                if (failure == null) {
                    // One that was only found may be that of another lock of this client, who relies on it.
                    name.filter(Joined::isCreated).map(Joined::member).ifPresent(this::discard);
                }
            } else if (failure != null) {
                fail(new LockingException(
                        "lock of log " + logName + " can't be acquired", Outcomes.unwrapped(failure)));
            } else if (name.isPresent()) {
                member = name.orElseThrow().member();
                move(State.WAITING);
                look(mine, timeout);
            } else if (attempts > 1) {
                join(mine, timeout, attempts - 1);
            } else {
                fail(new LockingException("lock of log " + logName + " can't be acquired: ZooKeeper does not answer"));
            }
        }));
    }

    /**
     * A place in the queue. Thread: immutable.
     *
     * @param isCreated ZooKeeper answered with its name; otherwise it was found in the queue
     */
    private record Joined(String member, boolean isCreated) {}

    private CompletableFuture<Optional<Joined>> lastOfOurs(String prefix, List<String> before) {
        long highest = highestSequence(before);
        return session.children(path)
                .thenApply(names -> names.stream()
                        .filter(name -> name.startsWith(prefix) && sequence(name) > highest)
                        .max(Comparator.comparingLong(WriteLockNodes::sequence))
                        .map(name -> new Joined(name, false)));
    }

    private static long highestSequence(List<String> names) {
        return names.stream()
                .filter(name -> name.startsWith("member_"))
                .mapToLong(WriteLockNodes::sequence)
                .max()
                .orElse(-1);
    }

    /** Whether two members are of the same client and session: equal up to the sequence. */
    private static boolean areOneOwner(String a, String b) {
        return a.substring(0, a.lastIndexOf('_')).equals(b.substring(0, b.lastIndexOf('_')));
    }

    /** Looks where in the queue we are. */
    private void look(long mine, Duration timeout) {
        var unused = session.children(path)
                .whenComplete((names, failure) -> lane.execute(() -> {
                    if (mine != attempt || state != State.WAITING) {
                        return;
                    }
                    if (failure != null) {
                        fail(new LockingException(
                                "lock of log " + logName + " can't be acquired", Outcomes.unwrapped(failure)));
                    } else {
                        decide(mine, timeout, names);
                    }
                }));
    }

    private void decide(long mine, Duration timeout, List<String> names) {
        List<String> queue = names.stream()
                .filter(name -> name.startsWith("member_"))
                .sorted(Comparator.comparingLong(WriteLockNodes::sequence))
                .toList();
        String ours = member;
        int place = ours == null ? -1 : queue.indexOf(ours);
        if (ours == null || place < 0) {
            fail(new LockingException("lock node of log " + logName + " was removed"));
        } else if (areOneOwner(queue.get(0), ours)) {
            hold(mine);
        } else if (timeout.isZero()) {
            refuse(mine, queue.get(0), timeout);
        } else {
            unwatch();
            watch = session.watchNode(
                    path + "/" + queue.get(place - 1), () -> lane.execute(() -> lookIfWaiting(mine, timeout)));
            // The one before may have gone before the watch was set; the watch then waits for a node that never comes.
            var unused = session.exists(path + "/" + queue.get(place - 1)).whenComplete((node, failure) -> {
                if (failure != null || node.isEmpty()) {
                    lane.execute(() -> lookIfWaiting(mine, timeout));
                }
            });
        }
    }

    private void lookIfWaiting(long mine, Duration timeout) {
        if (mine == attempt && state == State.WAITING) {
            look(mine, timeout);
        }
    }

    private void hold(long mine) {
        unwatch();
        cancelTimer();
        move(State.HELD);
        String node = path + "/" + member;
        watch = session.watchNode(node, () -> checkStillThere(mine, node));
        // The node may have gone before the watch was set; the watch then waits for what has happened already.
        checkStillThere(mine, node);
        CompletableFuture<Void> result = acquiring;
        acquiring = null;
        if (result != null) {
            result.complete(null);
        }
    }

    private void checkStillThere(long mine, String ours) {
        var unused = session.exists(ours)
                .whenComplete((node, failure) -> lane.execute(() -> {
                    if (mine == attempt && state == State.HELD && failure == null && node.isEmpty()) {
                        lose();
                    }
                }));
    }

    private void onTimeout(long mine) {
        if (mine != attempt || (state != State.WAITING && state != State.JOINING)) {
            return;
        }
        var unused = session.childrenIfPresent(path)
                .whenComplete((names, failure) -> lane.execute(() -> {
                    if (mine != attempt || (state != State.WAITING && state != State.JOINING)) {
                        return;
                    }
                    Optional<String> first = failure != null
                            ? Optional.empty()
                            : names.stream()
                                    .filter(name -> name.startsWith("member_"))
                                    .min(Comparator.comparingLong(WriteLockNodes::sequence));
                    if (first.isPresent()) {
                        refuse(mine, first.orElseThrow(), Duration.ZERO);
                    } else {
                        fail(new LockingException("lock of log " + logName + " was not acquired in time"));
                    }
                }));
    }

    /** Gives up in favour of the first in the queue, whose node says who that is. */
    private void refuse(long mine, String first, Duration timeout) {
        var unused = session.find(path + "/" + first)
                .whenComplete((node, failure) -> lane.execute(() -> {
                    if (mine != attempt || (state != State.WAITING && state != State.JOINING)) {
                        return;
                    }
                    if (failure == null && node.isEmpty() && state == State.WAITING) {
                        look(mine, timeout);
                    } else if (failure != null || node.isEmpty()) {
                        fail(new LockingException("lock of log " + logName + " was not acquired in time"));
                    } else {
                        String owner = new String(node.orElseThrow().data(), StandardCharsets.UTF_8);
                        fail(new OwnershipAcquireFailedException(logName, owner));
                    }
                }));
    }

    private void fail(Exception why) {
        CompletableFuture<Void> result = acquiring;
        CompletableFuture<Void> left = leave();
        if (result != null) {
            // Answer once our node is gone, so that a second attempt does not find it in the queue.
            var unused = left.whenComplete((done, failure) -> result.completeExceptionally(why));
        }
    }

    private void lose() {
        LOG.warn("write lock lost log={} client={} member={}", logName, clientId, member);
        Runnable callback = onLost;
        var unused = leave();
        isLost = true;
        if (callback != null) {
            callback.run();
        }
    }

    /** Forgets the lock and removes our node. */
    private CompletableFuture<Void> leave() {
        unwatch();
        cancelTimer();
        session.removeListener(this);
        attempt++;
        acquiring = null;
        String ours = member;
        member = null;
        move(State.FREE);
        return ours == null ? CompletableFuture.completedFuture(null) : remove(ours, ATTEMPTS_MAX);
    }

    private CompletableFuture<Void> remove(String name, int attempts) {
        CompletableFuture<Void> removed = session.deleteIfPresent(path + "/" + name);
        return Outcomes.recover(removed, Reason.UNAVAILABLE, () -> attempts > 1 ? remove(name, attempts - 1) : removed);
    }

    private void discard(String name) {
        var unused = remove(name, ATTEMPTS_MAX).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("lock node stays until its session ends path={} member={}", path, name, failure);
            }
        });
    }

    private void unwatch() {
        AutoCloseable current = watch;
        watch = null;
        if (current != null) {
            try {
                current.close();
            } catch (Exception e) {
                LOG.warn("watch can't be closed path={}", path, e);
            }
        }
    }

    private void cancelTimer() {
        Lane.Timer current = timer;
        timer = null;
        if (current != null) {
            current.cancel();
        }
    }

    private void move(State to) {
        LOG.debug("write lock changes state log={} client={} from={} to={}", logName, clientId, state, to);
        state = to;
    }

    @Override
    public boolean isHeld() {
        return state == State.HELD;
    }

    @Override
    public void onLost(Runnable callback) {
        lane.execute(() -> {
            onLost = callback;
            if (isLost) {
                callback.run();
            }
        });
    }

    @Override
    public CompletableFuture<Void> release() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        lane.execute(() -> {
            isLost = false;
            if (state != State.HELD) {
                CompletableFuture<Void> waiting = acquiring;
                if (waiting != null) {
                    waiting.completeExceptionally(new LockingException("lock of log " + logName + " was released"));
                }
            }
            var unused = leave().whenComplete((done, failure) -> {
                if (failure == null) {
                    result.complete(null);
                } else {
                    result.completeExceptionally(new LockingException(
                            "lock of log " + logName + " stays taken until its session ends",
                            Outcomes.unwrapped(failure)));
                }
            });
        });
        return result;
    }

    @Override
    public void expired(long generation) {
        lane.execute(() -> {
            if (state == State.HELD) {
                lose();
            } else if (state != State.FREE) {
                fail(new LockingException("ZooKeeper session expired while acquiring the lock of log " + logName));
            }
        });
    }

    @Override
    public void established(long generation) {}
}
