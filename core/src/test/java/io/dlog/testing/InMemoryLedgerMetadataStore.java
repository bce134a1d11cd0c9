package io.dlog.testing;

import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ledger metadata without ZooKeeper. One instance is one client's view; {@link #view} makes another client's.
 *
 * <p>Thread: safe, because all state is behind one lock.
 */
public final class InMemoryLedgerMetadataStore implements LedgerMetadataStore {
    private final State state;
    private final StoreCalls calls;

    /** What all views share. Thread: guarded by itself. */
    private static final class State {
        private final Map<Long, Versioned<LedgerMetadata>> ledgers = new TreeMap<>();
        private final Map<Long, List<Runnable>> watches = new HashMap<>();
    }

    /** An empty store that answers at once and never fails. */
    public InMemoryLedgerMetadataStore() {
        this(Runnable::run, new StoreFaults());
    }

    /** An empty store; the executor runs, and may delay, requests and replies. */
    public InMemoryLedgerMetadataStore(Executor executor, StoreFaults faults) {
        this(new State(), executor, faults);
    }

    private InMemoryLedgerMetadataStore(State state, Executor executor, StoreFaults faults) {
        this.state = state;
        this.calls = new StoreCalls(
                state,
                executor,
                faults,
                () -> new MetadataException(Reason.UNAVAILABLE, "metadata store did not answer"));
    }

    /** The same ledgers as another client sees them, over its own executor and with its own faults. */
    public InMemoryLedgerMetadataStore view(Executor executor, StoreFaults faults) {
        return new InMemoryLedgerMetadataStore(state, executor, faults);
    }

    @Override
    public CompletableFuture<Versioned<LedgerMetadata>> create(LedgerMetadata metadata) {
        return calls.call(() -> {
            Versioned<LedgerMetadata> present = state.ledgers.get(metadata.ledgerId());
            if (present == null) {
                Versioned<LedgerMetadata> created = new Versioned<>(metadata, 0);
                put(created);
                return created;
            }
            if (metadata.cToken() != 0 && present.value().cToken() == metadata.cToken()) {
                return present;
            }
            throw new MetadataException(Reason.EXISTS, "ledger " + metadata.ledgerId() + " exists");
        });
    }

    @Override
    public CompletableFuture<Versioned<LedgerMetadata>> read(long ledgerId) {
        return calls.call(() -> present(ledgerId));
    }

    @Override
    public CompletableFuture<Versioned<LedgerMetadata>> write(LedgerMetadata metadata, long expectedVersion) {
        return calls.call(() -> {
            Versioned<LedgerMetadata> before = present(metadata.ledgerId());
            if (before.version() != expectedVersion) {
                throw new MetadataException(
                        Reason.BAD_VERSION,
                        "ledger " + metadata.ledgerId() + " has version " + before.version() + ", not "
                                + expectedVersion);
            }
            Versioned<LedgerMetadata> after = new Versioned<>(metadata, expectedVersion + 1);
            put(after);
            return after;
        });
    }

    @Override
    public CompletableFuture<Void> delete(long ledgerId) {
        return calls.run(() -> {
            if (state.ledgers.remove(ledgerId) != null) {
                nudge(ledgerId);
            }
        });
    }

    @Override
    public CompletableFuture<List<Long>> list() {
        return calls.call(() -> List.copyOf(state.ledgers.keySet()));
    }

    @Override
    public AutoCloseable watch(long ledgerId, Consumer<Long> onChange) {
        Runnable nudge = () -> calls.later(() -> onChange.accept(ledgerId));
        synchronized (state) {
            state.watches.computeIfAbsent(ledgerId, id -> new ArrayList<>()).add(nudge);
        }
        return () -> {
            synchronized (state) {
                state.watches.getOrDefault(ledgerId, new ArrayList<>()).remove(nudge);
            }
        };
    }

    /** What is stored, past executor and faults; for checks. */
    public @Nullable Versioned<LedgerMetadata> peek(long ledgerId) {
        synchronized (state) {
            return state.ledgers.get(ledgerId);
        }
    }

    private Versioned<LedgerMetadata> present(long ledgerId) throws MetadataException {
        Versioned<LedgerMetadata> present = state.ledgers.get(ledgerId);
        if (present == null) {
            throw new MetadataException(Reason.NOT_FOUND, "no ledger " + ledgerId);
        }
        return present;
    }

    private void put(Versioned<LedgerMetadata> after) {
        state.ledgers.put(after.value().ledgerId(), after);
        nudge(after.value().ledgerId());
    }

    private void nudge(long ledgerId) {
        state.watches.getOrDefault(ledgerId, List.of()).forEach(Runnable::run);
    }
}
