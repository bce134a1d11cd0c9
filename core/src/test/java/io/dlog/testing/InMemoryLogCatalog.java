package io.dlog.testing;

import io.dlog.log.DLException;
import io.dlog.log.LogExistsException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.StatusCode;
import io.dlog.log.namespace.LogCatalog;
import io.dlog.log.namespace.NamespaceBinding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one namespace without ZooKeeper. One instance is one client's view; {@link #view} makes another client's.
 *
 * <p>Thread: safe, because all state is behind one lock.
 */
public final class InMemoryLogCatalog implements LogCatalog {
    private final State state;
    private final StoreCalls calls;
    private final Executor executor;
    private final StoreFaults faults;

    /** What all views share. Thread: guarded by itself. */
    private static final class State {
        private final Map<String, InMemoryLogSegmentStore.State> logs = new TreeMap<>();
        private @Nullable NamespaceBinding binding;
    }

    /** An empty namespace that answers at once and never fails. */
    public InMemoryLogCatalog() {
        this(Runnable::run, new StoreFaults());
    }

    /** An empty namespace; the executor runs, and may delay, requests and replies. */
    public InMemoryLogCatalog(Executor executor, StoreFaults faults) {
        this(new State(), executor, faults);
    }

    private InMemoryLogCatalog(State state, Executor executor, StoreFaults faults) {
        this.state = state;
        this.executor = executor;
        this.faults = faults;
        this.calls = new StoreCalls(
                state,
                executor,
                faults,
                () -> new DLException(StatusCode.ZOOKEEPER_ERROR, "metadata store did not answer"));
    }

    /** The same namespace as another client sees it, over its own executor and with its own faults. */
    public InMemoryLogCatalog view(Executor otherExecutor, StoreFaults otherFaults) {
        return new InMemoryLogCatalog(state, otherExecutor, otherFaults);
    }

    /** Binds the namespace. */
    public void bind(NamespaceBinding binding) {
        synchronized (state) {
            state.binding = binding;
        }
    }

    /** The segments of one log; of a log that is not there every call fails with {@code LogNotFoundException}. */
    public InMemoryLogSegmentStore segments(String logName) {
        synchronized (state) {
            InMemoryLogSegmentStore.State log = state.logs.get(logName);
            if (log == null) {
                log = new InMemoryLogSegmentStore.State();
                log.markDeleted();
            }
            return new InMemoryLogSegmentStore(log, executor, faults);
        }
    }

    @Override
    public CompletableFuture<Optional<NamespaceBinding>> binding() {
        return calls.call(() -> Optional.ofNullable(state.binding));
    }

    @Override
    public CompletableFuture<Optional<NamespaceBinding>> bindingOf(String logName) {
        return binding();
    }

    @Override
    public CompletableFuture<Void> create(String logName) {
        return calls.run(() -> {
            if (state.logs.putIfAbsent(logName, new InMemoryLogSegmentStore.State()) != null) {
                throw new LogExistsException("log " + logName + " exists");
            }
        });
    }

    @Override
    public CompletableFuture<Void> delete(String logName) {
        return calls.run(() -> {
            InMemoryLogSegmentStore.State log = state.logs.remove(logName);
            if (log == null) {
                throw new LogNotFoundException("no log " + logName);
            }
            synchronized (log) {
                log.markDeleted();
            }
        });
    }

    @Override
    public CompletableFuture<Boolean> exists(String logName) {
        return calls.call(() -> state.logs.containsKey(logName));
    }

    @Override
    public CompletableFuture<List<String>> list() {
        return calls.call(() -> List.copyOf(state.logs.keySet()));
    }
}
