package io.dlog.proxy.testing;

import io.dlog.log.AsyncLogReader;
import io.dlog.log.AsyncLogWriter;
import io.dlog.log.DLException;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogConfig;
import io.dlog.log.LogExistsException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.LogReader;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.LogWriter;
import io.dlog.log.Namespace;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.log.record.LogRecordWithDLSN;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Logs in memory with real write locks: several namespaces on one {@link Logs} stand for several proxies. Writes can be
 * held back and made to fail.
 *
 * <p>Thread: safe, because all of it is under one lock.
 */
public final class FakeNamespace implements Namespace {
    private final Logs logs;
    private final String clientId;

    /** What all proxies share. */
    public static final class Logs {
        final Map<String, List<LogRecord>> records = new ConcurrentHashMap<>();
        final Map<String, String> owners = new ConcurrentHashMap<>();
        final Set<String> held = new HashSet<>();
        final List<Runnable> heldWrites = new ArrayList<>();

        @Nullable
        DLException writeFailure;

        @Nullable
        CompletableFuture<Void> openGate;

        private CompletableFuture<Void> released = new CompletableFuture<>();

        /** Makes a log. */
        public Logs with(String name) {
            records.put(name, new ArrayList<>());
            return this;
        }

        public boolean exists(String name) {
            return records.containsKey(name);
        }

        public List<LogRecord> records(String name) {
            return records.getOrDefault(name, List.of());
        }

        public @Nullable String owner(String name) {
            return owners.get(name);
        }

        /** Somebody takes the lock. */
        public void lock(String name, String owner) {
            owners.put(name, owner);
        }

        /** Who owns what. */
        public Map<String, String> owners() {
            return Map.copyOf(owners);
        }

        public void unlock(String name) {
            owners.remove(name);
        }

        /** The next write fails. */
        public synchronized void failNextWrite(DLException failure) {
            writeFailure = failure;
        }

        /** Writes of a log wait until {@link #letGo}. */
        public synchronized void hold(String name) {
            held.add(name);
        }

        public synchronized int heldCount() {
            return heldWrites.size();
        }

        public void letGo() {
            List<Runnable> writes;
            synchronized (this) {
                held.clear();
                writes = List.copyOf(heldWrites);
                heldWrites.clear();
            }
            writes.forEach(Runnable::run);
        }

        /** Completes when a writer that opened is closed or aborted from now on. */
        public synchronized CompletableFuture<Void> nextRelease() {
            released = new CompletableFuture<>();
            return released;
        }

        void release(String name, String owner) {
            owners.remove(name, owner);
            CompletableFuture<Void> waiting;
            synchronized (this) {
                waiting = released;
            }
            waiting.complete(null);
        }

        /** Writers open only once this is done. */
        public synchronized void gateOpens(CompletableFuture<Void> gate) {
            openGate = gate;
        }
    }

    public FakeNamespace(Logs logs, String clientId) {
        this.logs = logs;
        this.clientId = clientId;
    }

    @Override
    public void createLog(String logName) throws LogExistsException {
        if (logs.records.putIfAbsent(logName, new ArrayList<>()) != null) {
            throw new LogExistsException("log " + logName + " exists");
        }
    }

    @Override
    public void deleteLog(String logName) throws LogNotFoundException {
        if (logs.records.remove(logName) == null) {
            throw new LogNotFoundException("no log " + logName);
        }
    }

    @Override
    public DistributedLogManager openLog(String logName) {
        return new Manager(logName);
    }

    @Override
    public DistributedLogManager openLog(String logName, LogConfig config) {
        return new Manager(logName);
    }

    @Override
    public boolean logExists(String logName) {
        return logs.exists(logName);
    }

    @Override
    public Iterator<String> getLogs() {
        return logs.records.keySet().stream().sorted().iterator();
    }

    @Override
    public void close() {}

    private final class Manager implements DistributedLogManager {
        private final String name;

        Manager(String name) {
            this.name = name;
        }

        @Override
        public String getStreamName() {
            return name;
        }

        @Override
        public CompletableFuture<AsyncLogWriter> openAsyncLogWriter() {
            CompletableFuture<Void> gate;
            synchronized (logs) {
                gate = logs.openGate;
            }
            return (gate == null ? CompletableFuture.<Void>completedFuture(null) : gate).thenCompose(open -> {
                String owner = logs.owners.putIfAbsent(name, clientId);
                if (owner != null) {
                    return CompletableFuture.failedFuture(new OwnershipAcquireFailedException(name, owner));
                }
                logs.records.computeIfAbsent(name, made -> new ArrayList<>());
                return CompletableFuture.completedFuture(new Writer(name));
            });
        }

        @Override
        public List<LogSegmentInfo> getLogSegments() {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogWriter openLogWriter() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<AsyncLogReader> openAsyncLogReader(DLSN from) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<AsyncLogReader> openAsyncLogReader(long fromTxId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogReader openLogReader(DLSN from) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogReader openLogReader(long fromTxId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<LogRecordWithDLSN> getFirstLogRecordAsync() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<LogRecordWithDLSN> getLastLogRecordAsync() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Long> getLogRecordCountAsync(DLSN from) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isEndOfStreamMarked() {
            return false;
        }

        @Override
        public void delete() throws LogNotFoundException {
            deleteLog(name);
        }

        @Override
        public void close() {}
    }

    private final class Writer implements AsyncLogWriter {
        private final String name;

        Writer(String name) {
            this.name = name;
        }

        @Override
        public long getLastTxId() {
            List<LogRecord> written = logs.records(name);
            return written.isEmpty() ? 0 : written.get(written.size() - 1).getTransactionId();
        }

        @Override
        public String getStreamName() {
            return name;
        }

        @Override
        public CompletableFuture<DLSN> write(LogRecord record) {
            CompletableFuture<DLSN> result = new CompletableFuture<>();
            synchronized (logs) {
                DLException failure = logs.writeFailure;
                if (failure != null) {
                    logs.writeFailure = null;
                    return CompletableFuture.failedFuture(failure);
                }
                List<LogRecord> written = logs.records.computeIfAbsent(name, made -> new ArrayList<>());
                DLSN dlsn = new DLSN(1, written.size(), 0);
                written.add(record);
                if (logs.held.contains(name)) {
                    logs.heldWrites.add(() -> result.complete(dlsn));
                } else {
                    result.complete(dlsn);
                }
            }
            return result;
        }

        @Override
        public CompletableFuture<List<CompletableFuture<DLSN>>> writeBulk(List<LogRecord> records) {
            return CompletableFuture.completedFuture(
                    records.stream().map(this::write).toList());
        }

        @Override
        public CompletableFuture<Boolean> truncate(DLSN dlsn) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Long> markEndOfStream() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> heartbeat() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> asyncClose() {
            logs.release(name, clientId);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> asyncAbort() {
            logs.release(name, clientId);
            return CompletableFuture.completedFuture(null);
        }
    }
}
