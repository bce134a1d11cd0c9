package io.dlog.testing;

import io.dlog.log.DLException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.StatusCode;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentStore;
import io.dlog.metadata.Versioned;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The segments of one log without ZooKeeper. One instance is one client's view; {@link #view} makes another client's.
 *
 * <p>Thread: safe, because all state is behind one lock.
 */
public final class InMemoryLogSegmentStore implements LogSegmentStore {
    private final State state;
    private final StoreCalls calls;

    /** What all views share. Thread: guarded by itself. */
    static final class State {
        private boolean isDeleted;
        private Counters counters = new Counters(new Versioned<>(0L, 0), new Versioned<>(0L, 0));
        private final Map<String, LogSegmentMetadata> segments = new TreeMap<>();
        private final List<Runnable> watches = new ArrayList<>();

        /** Makes every later call fail with {@code LogNotFoundException}. */
        void markDeleted() {
            isDeleted = true;
        }
    }

    /** A new log that answers at once and never fails. */
    public InMemoryLogSegmentStore() {
        this(Runnable::run, new StoreFaults());
    }

    /** A new log; the executor runs, and may delay, requests and replies. */
    public InMemoryLogSegmentStore(Executor executor, StoreFaults faults) {
        this(new State(), executor, faults);
    }

    InMemoryLogSegmentStore(State state, Executor executor, StoreFaults faults) {
        this.state = state;
        this.calls = new StoreCalls(
                state,
                executor,
                faults,
                () -> new DLException(StatusCode.ZOOKEEPER_ERROR, "metadata store did not answer"));
    }

    /** The same log as another client sees it, over its own executor and with its own faults. */
    public InMemoryLogSegmentStore view(Executor executor, StoreFaults faults) {
        return new InMemoryLogSegmentStore(state, executor, faults);
    }

    @Override
    public CompletableFuture<Counters> counters() {
        return calls.call(() -> {
            checkPresent();
            return state.counters;
        });
    }

    @Override
    public CompletableFuture<List<LogSegmentMetadata>> segments() {
        return calls.call(() -> {
            checkPresent();
            Map<Long, LogSegmentMetadata> bySequenceNo = new HashMap<>();
            for (LogSegmentMetadata segment : state.segments.values()) {
                bySequenceNo.merge(segment.sequenceNo(), segment, (a, b) -> a.isInProgress() ? b : a);
            }
            return bySequenceNo.values().stream()
                    .sorted(Comparator.comparingLong(LogSegmentMetadata::sequenceNo))
                    .toList();
        });
    }

    @Override
    public CompletableFuture<Counters> start(LogSegmentMetadata inProgress, Counters basedOn) {
        return calls.call(() -> {
            checkPresent();
            Counters after = new Counters(
                    basedOn.maxTxId(),
                    basedOn.maxSequenceNo()
                            .next(Math.max(basedOn.maxSequenceNo().value(), inProgress.sequenceNo())));
            if (inProgress.equals(state.segments.get(inProgress.name())) && state.counters.equals(after)) {
                return after;
            }
            if (state.segments.containsKey(inProgress.name())
                    || state.counters.maxSequenceNo().version()
                            != basedOn.maxSequenceNo().version()) {
                throw conflict("log segment " + inProgress.sequenceNo() + " was started by somebody else");
            }
            state.segments.put(inProgress.name(), inProgress);
            state.counters = new Counters(state.counters.maxTxId(), after.maxSequenceNo());
            nudge();
            return state.counters;
        });
    }

    @Override
    public CompletableFuture<Counters> complete(
            LogSegmentMetadata inProgress, LogSegmentMetadata completed, Counters basedOn) {
        return calls.call(() -> {
            checkPresent();
            Counters after = new Counters(
                    basedOn.maxTxId().next(Math.max(basedOn.maxTxId().value(), completed.lastTxId())),
                    basedOn.maxSequenceNo()
                            .next(Math.max(basedOn.maxSequenceNo().value(), completed.sequenceNo())));
            if (completed.equals(state.segments.get(completed.name()))
                    && !state.segments.containsKey(inProgress.name())
                    && state.counters.equals(after)) {
                return after;
            }
            if (!state.segments.containsKey(inProgress.name())
                    || state.segments.containsKey(completed.name())
                    || state.counters.maxSequenceNo().version()
                            != basedOn.maxSequenceNo().version()
                    || state.counters.maxTxId().version() != basedOn.maxTxId().version()) {
                throw conflict("log segment " + inProgress.sequenceNo() + " was changed by somebody else");
            }
            state.segments.remove(inProgress.name());
            state.segments.put(completed.name(), completed);
            state.counters = after;
            nudge();
            return after;
        });
    }

    @Override
    public CompletableFuture<Void> update(LogSegmentMetadata before, LogSegmentMetadata after) {
        return calls.run(() -> {
            checkPresent();
            LogSegmentMetadata present = state.segments.get(before.name());
            if (present == null) {
                throw new DLException(StatusCode.LOG_SEGMENT_NOT_FOUND, "no log segment " + before.name());
            }
            if (!present.equals(before) && !present.equals(after)) {
                throw conflict("log segment " + before.sequenceNo() + " was changed by somebody else");
            }
            state.segments.put(after.name(), after);
            nudge();
        });
    }

    @Override
    public CompletableFuture<Void> delete(LogSegmentMetadata segment) {
        return calls.run(() -> {
            if (state.segments.remove(segment.name()) != null) {
                nudge();
            }
        });
    }

    @Override
    public AutoCloseable watch(Runnable onChange) {
        Runnable nudge = () -> calls.later(onChange);
        synchronized (state) {
            state.watches.add(nudge);
        }
        return () -> {
            synchronized (state) {
                state.watches.remove(nudge);
            }
        };
    }

    private void checkPresent() throws DLException {
        if (state.isDeleted) {
            throw new LogNotFoundException("log was deleted");
        }
    }

    private static DLException conflict(String what) {
        return new DLException(StatusCode.METADATA_EXCEPTION, what);
    }

    private void nudge() {
        state.watches.forEach(Runnable::run);
    }
}
