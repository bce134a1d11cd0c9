package io.dlog.log.open;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.concurrent.Scheduler;
import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogConfig;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.Namespace;
import io.dlog.log.StatusCode;
import io.dlog.log.namespace.LogNames;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.open.LedgerCluster.Address;
import io.dlog.log.segment.LogSegments;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * The logs under one URI. A log goes to the bookkeeper cluster of the nearest binding above it, so logs of one namespace may
 * lie on several clusters; each cluster has one client, made when the first of its logs is opened.
 *
 * <p>Thread: safe, because the clusters are guarded and everything else is immutable.
 */
final class OpenNamespace implements Namespace {
    /** For readers to end and writers to give their locks back, should ZooKeeper not answer. */
    private static final Duration END_MAX = Duration.ofSeconds(5);

    private final NamespaceUri uri;
    private final LogConfig config;
    private final int regionId;
    private final LogPorts ports;
    private final Scheduler scheduler;
    private final ArrayDeque<AutoCloseable> parts;

    private final Outstanding outstanding = new Outstanding();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Address, LedgerCluster> clusters = new HashMap<>();

    @GuardedBy("lock")
    private boolean isClosed;

    /**
     * @param parts what the namespace stands on, closed from the first to the last
     */
    OpenNamespace(
            NamespaceUri uri,
            LogConfig config,
            int regionId,
            LogPorts ports,
            Scheduler scheduler,
            ArrayDeque<AutoCloseable> parts) {
        this.uri = uri;
        this.config = config;
        this.regionId = regionId;
        this.ports = ports;
        this.scheduler = scheduler;
        this.parts = parts;
    }

    @Override
    public void createLog(String logName) throws DLException {
        BlockingCalls.await(ports.catalog().create(LogNames.checked(logName)).thenApply(created -> true));
    }

    @Override
    public void deleteLog(String logName) throws IOException {
        if (!logExists(logName)) {
            throw new LogNotFoundException("there is no log " + logName);
        }
        openLog(logName).delete();
    }

    @Override
    public DistributedLogManager openLog(String logName) throws DLException {
        return openLog(logName, config);
    }

    @Override
    public DistributedLogManager openLog(String logName, LogConfig ofLog) throws DLException {
        String name = LogNames.checked(logName);
        NamespaceBinding binding = bound(BlockingCalls.await(ports.catalog().bindingOf(name)));
        Long first = binding.firstLogSegmentSeqNo();
        LogConfig checked = binding.sanityCheckTxnId()
                ? ofLog
                : ofLog.toBuilder().sanityCheckTxnId(false).build();
        LogSegments log = new LogSegments(
                name,
                ports.segments(name),
                cluster(binding).ledgers(),
                checked,
                binding.encodeRegionId() ? regionId : 0,
                first == null ? 1 : first);
        return new LogHandle(log, ports, scheduler, outstanding);
    }

    /** The binding, or the error that says how to make one. */
    NamespaceBinding bound(Optional<NamespaceBinding> found) throws DLException {
        if (found.isEmpty()) {
            throw new DLException(
                    StatusCode.METADATA_EXCEPTION,
                    "no bookkeeper is bound to " + uri + "; bind one with: dlog admin bind -dlzr " + uri.zkServers()
                            + " -dlzw " + uri.zkServers() + " -s " + uri.zkServers() + " -bkzr " + uri.zkServers()
                            + " -l /messaging/bookkeeper/ledgers -i false -r true -c " + uri);
        }
        return found.get();
    }

    private LedgerCluster cluster(NamespaceBinding binding) throws DLException {
        Address address = new Address(binding.bkZkServers(), binding.bkLedgersPath());
        synchronized (lock) {
            LedgerCluster known = clusters.get(address);
            if (known != null) {
                return known;
            }
        }
        // Connecting waits for the network, so not under the lock; of two at a time the second is closed again.
        LedgerCluster made = LedgerCluster.connect(address, config, scheduler);
        LedgerCluster kept;
        synchronized (lock) {
            kept = isClosed ? null : clusters.putIfAbsent(address, made);
            if (kept == null && !isClosed) {
                return made;
            }
        }
        made.close();
        if (kept == null) {
            throw new DLException(StatusCode.ALREADY_CLOSED, "namespace " + uri + " is closed");
        }
        return kept;
    }

    @Override
    public boolean logExists(String logName) throws DLException {
        return BlockingCalls.await(ports.catalog().exists(LogNames.checked(logName)));
    }

    @Override
    public Iterator<String> getLogs() throws DLException {
        return BlockingCalls.await(ports.catalog().list()).iterator();
    }

    @Override
    public void close() {
        ArrayDeque<AutoCloseable> closing;
        synchronized (lock) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            closing = new ArrayDeque<>(clusters.values());
            clusters.clear();
        }
        outstanding.endAll(END_MAX);
        closing.addAll(parts);
        LedgerCluster.closeAll(closing);
    }
}
