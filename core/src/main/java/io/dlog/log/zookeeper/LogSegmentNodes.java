package io.dlog.log.zookeeper;

import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentMetadataCodec;
import io.dlog.log.segment.LogSegmentStore;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import io.dlog.metadata.zookeeper.Outcomes;
import io.dlog.metadata.zookeeper.ZNode;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;

/**
 * The segments of one log in ZooKeeper. Each change is one transaction:
 *
 * <pre>
 *   start      create inprogress_n, write ledgers (expecting its version)
 *   complete   create logrecs_n, delete inprogress_n, write ledgers and maxtxid (expecting their versions)
 *   update     delete logrecs_n (expecting its version), create logrecs_n
 * </pre>
 *
 * <p>When a reply is lost, or a change is refused because something changed, the segment's node is read again: if it holds
 * our bytes, ledger id included, and the counters have the versions that our change gave them, the change is ours and
 * happened. If all versions are still those we named it did not, and is tried again; otherwise another writer won. That
 * holds too when our change happened and another writer came after it: its versions handed on would let both succeed.
 *
 * <p>Thread: safe, because it is immutable. Futures complete on ZooKeeper's event thread.
 */
public final class LogSegmentNodes implements LogSegmentStore {
    private static final int ATTEMPTS_MAX = 3;

    /** Nodes read at once. */
    private static final int READS_MAX = 64;

    private final ZooKeeperSession session;
    private final String logName;
    private final String maxTxIdPath;
    private final String ledgersPath;

    /** @param contentPath {@link LogCatalogNodes#contentPath} */
    public LogSegmentNodes(ZooKeeperSession session, String logName, String contentPath) {
        this.session = session;
        this.logName = logName;
        this.maxTxIdPath = contentPath + "/maxtxid";
        this.ledgersPath = contentPath + "/ledgers";
    }

    private String path(LogSegmentMetadata segment) {
        return ledgersPath + "/" + segment.name();
    }

    @Override
    public CompletableFuture<Counters> counters() {
        return Failures.ofLog(logName, readCounters());
    }

    private CompletableFuture<Counters> readCounters() {
        return counter(maxTxIdPath).thenCombine(counter(ledgersPath), Counters::new);
    }

    private CompletableFuture<Versioned<Long>> counter(String path) {
        return session.read(path).thenCompose(node -> {
            try {
                String text = new String(node.data(), StandardCharsets.UTF_8);
                return CompletableFuture.completedFuture(
                        new Versioned<>(text.isEmpty() ? 0L : Long.parseLong(text), (long) node.version()));
            } catch (NumberFormatException e) {
                return CompletableFuture.failedFuture(Failures.malformed(path, e));
            }
        });
    }

    // Reading

    @Override
    public CompletableFuture<List<LogSegmentMetadata>> segments() {
        return Failures.ofLog(logName, segments(ATTEMPTS_MAX));
    }

    private CompletableFuture<List<LogSegmentMetadata>> segments(int attempts) {
        return session.children(ledgersPath).thenCompose(names -> {
            List<String> segmentNames = names.stream()
                    .filter(LogSegmentMetadataCodec::isSegmentName)
                    .sorted()
                    .toList();
            return readAll(segmentNames, new ArrayList<>()).thenCompose(found -> {
                // One vanished: completed under another name, or deleted. The list must show which.
                return found.size() < segmentNames.size() && attempts > 1
                        ? segments(attempts - 1)
                        : CompletableFuture.completedFuture(inOrder(found));
            });
        });
    }

    private CompletableFuture<List<LogSegmentMetadata>> readAll(List<String> names, List<LogSegmentMetadata> found) {
        if (names.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        List<String> part = names.subList(0, Math.min(READS_MAX, names.size()));
        List<CompletableFuture<Optional<LogSegmentMetadata>>> reads =
                part.stream().map(this::readOne).toList();
        return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
                .thenCompose(all -> {
                    reads.forEach(read -> read.join().ifPresent(found::add));
                    return readAll(names.subList(part.size(), names.size()), found);
                });
    }

    private CompletableFuture<Optional<LogSegmentMetadata>> readOne(String name) {
        return session.find(ledgersPath + "/" + name).thenCompose(node -> {
            try {
                return CompletableFuture.completedFuture(
                        node.map(present -> LogSegmentMetadataCodec.read(name, present.data())));
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(Failures.malformed(ledgersPath, e));
            }
        });
    }

    private static List<LogSegmentMetadata> inOrder(List<LogSegmentMetadata> found) {
        Map<String, LogSegmentMetadata> unique = new HashMap<>();
        for (LogSegmentMetadata segment : found) {
            // Segments older than sequence numbers are told apart by their first transaction id.
            String key = segment.sequenceNo() + "/" + (segment.sequenceNo() == 0 ? segment.firstTxId() : 0);
            unique.merge(key, segment, (a, b) -> a.isInProgress() ? b : a);
        }
        return unique.values().stream()
                .sorted(Comparator.comparingLong(LogSegmentMetadata::sequenceNo)
                        .thenComparingLong(LogSegmentMetadata::firstTxId))
                .toList();
    }

    // Changing

    @Override
    public CompletableFuture<Counters> start(LogSegmentMetadata inProgress, Counters basedOn) {
        long sequenceNo = Math.max(basedOn.maxSequenceNo().value(), inProgress.sequenceNo());
        List<Op> changes = List.of(
                create(inProgress),
                write(ledgersPath, sequenceNo, basedOn.maxSequenceNo().version()));
        return change(
                inProgress,
                basedOn,
                new Counters(basedOn.maxTxId(), basedOn.maxSequenceNo().next(sequenceNo)),
                ATTEMPTS_MAX,
                () -> session.multi(changes)
                        .thenApply(results -> new Counters(basedOn.maxTxId(), written(results.get(1), sequenceNo))));
    }

    @Override
    public CompletableFuture<Counters> complete(
            LogSegmentMetadata inProgress, LogSegmentMetadata completed, Counters basedOn) {
        long sequenceNo = Math.max(basedOn.maxSequenceNo().value(), completed.sequenceNo());
        long txId = Math.max(basedOn.maxTxId().value(), completed.lastTxId());
        List<Op> changes = List.of(
                create(completed),
                Op.delete(path(inProgress), -1),
                write(ledgersPath, sequenceNo, basedOn.maxSequenceNo().version()),
                write(maxTxIdPath, txId, basedOn.maxTxId().version()));
        return change(
                completed,
                basedOn,
                new Counters(
                        basedOn.maxTxId().next(txId), basedOn.maxSequenceNo().next(sequenceNo)),
                ATTEMPTS_MAX,
                () -> session.multi(changes)
                        .thenApply(results ->
                                new Counters(written(results.get(3), txId), written(results.get(2), sequenceNo))));
    }

    private Op create(LogSegmentMetadata segment) {
        return Op.create(
                path(segment),
                LogSegmentMetadataCodec.write(segment),
                ZooDefs.Ids.OPEN_ACL_UNSAFE,
                CreateMode.PERSISTENT);
    }

    private static Op write(String path, long value, long version) {
        return Op.setData(path, Long.toString(value).getBytes(StandardCharsets.UTF_8), Math.toIntExact(version));
    }

    private static Versioned<Long> written(OpResult result, long value) {
        if (result instanceof OpResult.SetDataResult set) {
            return new Versioned<>(value, set.getStat().getVersion());
        }
        throw new AssertionError("a write was answered by " + result);
    }

    /**
     * Makes a change that creates the node of {@code segment}, and finds out what became of it.
     *
     * @param ours the counters as this change, and none other, leaves them
     */
    private CompletableFuture<Counters> change(
            LogSegmentMetadata segment,
            Counters basedOn,
            Counters ours,
            int attempts,
            Supplier<CompletableFuture<Counters>> multi) {
        CompletableFuture<Counters> outcome = new CompletableFuture<>();
        var unused = multi.get().whenComplete((counters, failure) -> {
            if (failure == null) {
                outcome.complete(counters);
                return;
            }
            Throwable cause = Outcomes.unwrapped(failure);
            CompletableFuture<Counters> resolved = session.find(path(segment))
                    .thenCompose(node -> readCounters()
                            .thenCompose(now -> resolve(segment, node, basedOn, ours, now, attempts, multi, cause)));
            Outcomes.forward(Failures.ofLog(logName, resolved), outcome);
        });
        return outcome;
    }

    private CompletableFuture<Counters> resolve(
            LogSegmentMetadata segment,
            Optional<ZNode> node,
            Counters basedOn,
            Counters ours,
            Counters now,
            int attempts,
            Supplier<CompletableFuture<Counters>> multi,
            Throwable cause) {
        boolean isOurs =
                node.isPresent() && Arrays.equals(node.orElseThrow().data(), LogSegmentMetadataCodec.write(segment));
        if (isOurs && now.equals(ours)) {
            return CompletableFuture.completedFuture(ours);
        }
        boolean isUnchanged = node.isEmpty()
                && now.maxSequenceNo().version() == basedOn.maxSequenceNo().version()
                && now.maxTxId().version() == basedOn.maxTxId().version();
        if (isUnchanged && Outcomes.reason(cause) == Reason.UNAVAILABLE) {
            return attempts > 1
                    ? change(segment, basedOn, ours, attempts - 1, multi)
                    : CompletableFuture.failedFuture(cause);
        }
        return CompletableFuture.failedFuture(Failures.conflict(logName, cause));
    }

    @Override
    public CompletableFuture<Void> update(LogSegmentMetadata before, LogSegmentMetadata after) {
        return Failures.ofLog(logName, update(before, after, ATTEMPTS_MAX));
    }

    /**
     * The node starts again at version 0 when it is rewritten, so its version alone does not tell two rewrites apart;
     * comparing the content first leaves a gap of one round trip, which only the holder of the write lock may use.
     */
    private CompletableFuture<Void> update(LogSegmentMetadata before, LogSegmentMetadata after, int attempts) {
        byte[] wanted = LogSegmentMetadataCodec.write(after);
        return session.find(path(before)).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.failedFuture(
                        new DLException(StatusCode.LOG_SEGMENT_NOT_FOUND, "no log segment " + path(before)));
            }
            ZNode node = found.orElseThrow();
            if (Arrays.equals(node.data(), wanted)) {
                return CompletableFuture.completedFuture(null);
            }
            if (!Arrays.equals(node.data(), LogSegmentMetadataCodec.write(before))) {
                return CompletableFuture.failedFuture(Failures.conflict(
                        logName, new MetadataException(Reason.BAD_VERSION, path(before) + " has other content")));
            }
            CompletableFuture<Void> rewritten = session.multi(
                            List.of(Op.delete(path(before), node.version()), create(after)))
                    .thenAccept(results -> {});
            return Outcomes.recover(
                    rewritten,
                    Reason.UNAVAILABLE,
                    () -> attempts > 1 ? update(before, after, attempts - 1) : rewritten);
        });
    }

    @Override
    public CompletableFuture<Void> delete(LogSegmentMetadata segment) {
        return Failures.ofLog(logName, delete(path(segment), ATTEMPTS_MAX));
    }

    private CompletableFuture<Void> delete(String path, int attempts) {
        CompletableFuture<Void> deleted = session.deleteIfPresent(path);
        // Names are used once, so a second removal can't meet another segment.
        return Outcomes.recover(deleted, Reason.UNAVAILABLE, () -> attempts > 1 ? delete(path, attempts - 1) : deleted);
    }

    @Override
    public AutoCloseable watch(Runnable onChange) {
        return session.watchChildren(ledgersPath, onChange);
    }
}
