package io.dlog.metadata.zookeeper;

import io.dlog.metadata.LedgerIdAllocator;
import io.dlog.metadata.MetadataException.Reason;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ledger ids from ZooKeeper's sequence numbers.
 *
 * <pre>
 *   [root]/idgen/ID-%010d                          ephemeral; the id is the number
 *   [root]/idgen-long/HOB-%010d/ID-%010d           once the number left 31 bits; the id is HOB shifted by 32, plus the number
 * </pre>
 *
 * <p>The nodes are removed at once. A lost reply costs an id, which is never used then. Thread: safe, because it is
 * immutable.
 */
public final class LedgerIdNodes implements LedgerIdAllocator {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerIdNodes.class);
    private static final int ATTEMPTS_MAX = 3;
    private static final String PREFIX = "ID-";
    private static final String HIGH_PREFIX = "HOB-";

    private final ZooKeeperSession session;
    private final String idgen;
    private final String idgenLong;

    /** @param root root of the ledgers, such as {@code /ledgers} */
    public LedgerIdNodes(ZooKeeperSession session, String root) {
        this.session = session;
        this.idgen = root + "/idgen";
        this.idgenLong = root + "/idgen-long";
    }

    @Override
    public CompletableFuture<Long> allocate() {
        return Outcomes.plain(
                session.exists(idgenLong).thenCompose(node -> node.isPresent() ? allocateLong() : allocateShort()));
    }

    private CompletableFuture<Long> allocateShort() {
        return sequence(idgen, ATTEMPTS_MAX)
                .thenCompose(number -> isSpent(number)
                        ? session.ensurePath(idgenLong).thenCompose(made -> allocateLong())
                        : CompletableFuture.completedFuture(number));
    }

    private CompletableFuture<Long> allocateLong() {
        return session.children(idgenLong)
                .thenApply(names -> names.stream()
                        .filter(name -> name.startsWith(HIGH_PREFIX))
                        .map(name -> Long.parseLong(name.substring(HIGH_PREFIX.length())))
                        .max(Comparator.naturalOrder()))
                .thenCompose((Optional<Long> highest) -> allocateBelow(highest.orElse(1L)));
    }

    private CompletableFuture<Long> allocateBelow(long high) {
        if (high > Integer.MAX_VALUE) {
            throw new AssertionError("all ledger ids are used: high half " + high);
        }
        return sequence(highPath(high), ATTEMPTS_MAX).thenCompose(low -> {
            if (!isSpent(low)) {
                return CompletableFuture.completedFuture((high << 32) | low);
            }
            return session.ensurePath(highPath(high + 1)).thenCompose(made -> allocateBelow(high + 1));
        });
    }

    private String highPath(long high) {
        return idgenLong + "/" + HIGH_PREFIX + String.format(Locale.ROOT, "%010d", high);
    }

    /** ZooKeeper's counter is an int that turns negative; the last positive value marks the turn. */
    private static boolean isSpent(long number) {
        return number < 0 || number >= Integer.MAX_VALUE;
    }

    private CompletableFuture<Long> sequence(String parent, int attempts) {
        CompletableFuture<Long> number = session.create(
                        parent + "/" + PREFIX, new byte[0], CreateMode.EPHEMERAL_SEQUENTIAL)
                .thenApply(path -> {
                    discard(path);
                    return Long.parseLong(path.substring(parent.length() + 1 + PREFIX.length()));
                });
        if (attempts <= 1) {
            return number;
        }
        CompletableFuture<Long> belowParent = Outcomes.recover(
                number,
                Reason.NOT_FOUND,
                () -> session.ensurePath(parent).thenCompose(made -> sequence(parent, attempts - 1)));
        return Outcomes.recover(belowParent, Reason.UNAVAILABLE, () -> sequence(parent, attempts - 1));
    }

    private void discard(String path) {
        var unused = session.deleteIfPresent(path).whenComplete((deleted, failure) -> {
            if (failure != null) {
                LOG.debug("ledger id node stays until the session ends path={}", path, failure);
            }
        });
    }
}
