package io.dlog.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.client.ClientConfig;
import io.dlog.client.CreateOptions;
import io.dlog.client.LedgerClient;
import io.dlog.client.LedgerEntry;
import io.dlog.client.LedgerException;
import io.dlog.client.LedgerException.Code;
import io.dlog.client.LedgerReader;
import io.dlog.client.LedgerWriter;
import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerMetadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ledgers in one process's memory with the semantics that the log library relies on: entries complete in order; a reader
 * learns of an entry only from a later one or from the closed ledger; recovery fences the writer and closes the ledger at
 * the last entry stored, acknowledged or not.
 *
 * <p>Adds can be made to stay unanswered ({@link #hold}) or to fail. Futures complete on the ledger's lane.
 *
 * <p>Thread: safe, because all state is guarded by one lock and callbacks run on lanes.
 */
public final class InMemoryLedgers implements LedgerClient {
    private final Object lock;
    private final Scheduler scheduler;
    private final Cluster cluster;

    /** What all clients share. */
    private static final class Cluster {
        final Map<Long, Ledger> ledgers = new TreeMap<>();
        long nextId;
        boolean isHeld;

        @Nullable
        LedgerException addFailure;

        @Nullable
        LedgerException createFailure;

        @Nullable
        LedgerException closeFailure;

        final List<Runnable> heldReplies = new ArrayList<>();
    }

    /** A new, empty cluster. */
    public InMemoryLedgers(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.cluster = new Cluster();
        this.lock = cluster;
    }

    /** From now on adds are stored and not answered, until {@link #letGo}. */
    public void hold() {
        synchronized (lock) {
            cluster.isHeld = true;
        }
    }

    /** Answers the adds that were held. */
    public void letGo() {
        List<Runnable> replies;
        synchronized (lock) {
            cluster.isHeld = false;
            replies = List.copyOf(cluster.heldReplies);
            cluster.heldReplies.clear();
        }
        replies.forEach(Runnable::run);
    }

    /** Fails all adds, null: none. */
    public void failAdds(@Nullable LedgerException failure) {
        synchronized (lock) {
            cluster.addFailure = failure;
        }
    }

    /** Fails the creation of ledgers, null: none. */
    public void failCreates(@Nullable LedgerException failure) {
        synchronized (lock) {
            cluster.createFailure = failure;
        }
    }

    /** Fails the closing of ledgers, null: none. */
    public void failCloses(@Nullable LedgerException failure) {
        synchronized (lock) {
            cluster.closeFailure = failure;
        }
    }

    /** Entries stored in a ledger. */
    public int entryCount(long ledgerId) {
        synchronized (lock) {
            Ledger ledger = cluster.ledgers.get(ledgerId);
            return ledger == null ? 0 : ledger.entries.size();
        }
    }

    private static <T> CompletableFuture<T> reply(Lane lane, Supplier<T> value) {
        CompletableFuture<T> future = new CompletableFuture<>();
        lane.execute(() -> future.complete(value.get()));
        return future;
    }

    private static <T> CompletableFuture<T> refuse(Lane lane, LedgerException failure) {
        CompletableFuture<T> future = new CompletableFuture<>();
        lane.execute(() -> future.completeExceptionally(failure));
        return future;
    }

    @Override
    public CompletableFuture<LedgerWriter> create(CreateOptions options) {
        synchronized (lock) {
            long id = cluster.nextId++;
            Lane lane = scheduler.lane(id);
            LedgerException failure = cluster.createFailure;
            if (failure != null) {
                return refuse(lane, failure);
            }
            Ledger ledger = new Ledger(id, options, lane);
            cluster.ledgers.put(id, ledger);
            return reply(lane, () -> new Writer(ledger));
        }
    }

    @Override
    public CompletableFuture<LedgerReader> openWithoutRecovery(long ledgerId, DigestType digestType, byte[] password) {
        return open(ledgerId, ledger -> {});
    }

    @Override
    public CompletableFuture<LedgerReader> openWithRecovery(long ledgerId, DigestType digestType, byte[] password) {
        return open(ledgerId, ledger -> {
            if (!ledger.metadata.isClosed()) {
                ledger.isFenced = true;
                ledger.close(ledger.entries.size() - 1);
            }
        });
    }

    private interface OnOpen {
        void apply(Ledger ledger);
    }

    private CompletableFuture<LedgerReader> open(long ledgerId, OnOpen onOpen) {
        synchronized (lock) {
            Ledger ledger = cluster.ledgers.get(ledgerId);
            if (ledger == null) {
                return refuse(
                        scheduler.lane(ledgerId), new LedgerException(Code.NO_SUCH_LEDGER, "no ledger " + ledgerId));
            }
            onOpen.apply(ledger);
            return reply(ledger.lane, () -> new Reader(ledger));
        }
    }

    @Override
    public CompletableFuture<Void> delete(long ledgerId) {
        synchronized (lock) {
            cluster.ledgers.remove(ledgerId);
            CompletableFuture<Void> done = new CompletableFuture<>();
            scheduler.lane(ledgerId).execute(() -> done.complete(null));
            return done;
        }
    }

    @Override
    public CompletableFuture<LedgerMetadata> metadata(long ledgerId) {
        synchronized (lock) {
            Ledger ledger = cluster.ledgers.get(ledgerId);
            if (ledger == null) {
                return refuse(
                        scheduler.lane(ledgerId), new LedgerException(Code.NO_SUCH_LEDGER, "no ledger " + ledgerId));
            }
            LedgerMetadata metadata = ledger.metadata;
            return reply(ledger.lane, () -> metadata);
        }
    }

    @Override
    public CompletableFuture<List<Long>> list() {
        synchronized (lock) {
            List<Long> ids = List.copyOf(cluster.ledgers.keySet());
            return reply(scheduler.lane(0), () -> ids);
        }
    }

    @Override
    public void close() {}

    /** Guarded by the cluster's lock. */
    private static final class Ledger {
        final Lane lane;
        final List<byte[]> entries = new ArrayList<>();
        final List<Waiter> waiters = new ArrayList<>();
        LedgerMetadata metadata;
        boolean isFenced;
        long acknowledged = -1;
        long visible = -1;

        Ledger(long id, CreateOptions options, Lane lane) {
            this.lane = lane;
            this.metadata = LedgerMetadata.open(
                    id,
                    options.writeQuorum(),
                    options.ackQuorum(),
                    Collections.nCopies(options.ensembleSize(), new BookieId("127.0.0.1:3181")),
                    options.digestType(),
                    options.password(),
                    1,
                    options.customMetadata());
        }

        void close(long lastEntry) {
            while (entries.size() > lastEntry + 1) {
                entries.remove(entries.size() - 1);
            }
            long length = entries.stream().mapToLong(e -> e.length).sum();
            metadata = metadata.closedAt(lastEntry, length);
            visible = lastEntry;
            wake();
        }

        void wake() {
            for (Waiter waiter : List.copyOf(waiters)) {
                if (waiter.entryId <= visible || metadata.isClosed()) {
                    waiters.remove(waiter);
                    answer(waiter);
                }
            }
        }

        void answer(Waiter waiter) {
            Optional<LedgerEntry> entry =
                    waiter.entryId <= visible ? Optional.of(entry(waiter.entryId)) : Optional.empty();
            lane.execute(() -> waiter.future.complete(entry));
        }

        LedgerEntry entry(long entryId) {
            ByteBuf data = Unpooled.wrappedBuffer(entries.get((int) entryId));
            return new LedgerEntry(metadata.ledgerId(), entryId, visible, 0, data);
        }
    }

    private record Waiter(long entryId, CompletableFuture<Optional<LedgerEntry>> future) {}

    /** Thread: safe, guarded by the cluster's lock. */
    private final class Writer implements LedgerWriter {
        private final Ledger ledger;

        @GuardedBy("lock")
        private long pushed = -1;

        @GuardedBy("lock")
        private @Nullable LedgerException broken;

        @GuardedBy("lock")
        private final Map<Long, CompletableFuture<Long>> pending = new TreeMap<>();

        Writer(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public long ledgerId() {
            return ledger.metadata.ledgerId();
        }

        @Override
        public CompletableFuture<Long> add(ByteBuf data) {
            byte[] bytes = new byte[data.readableBytes()];
            data.readBytes(bytes);
            data.release();
            synchronized (lock) {
                LedgerException failure = broken;
                if (failure == null && ledger.isFenced) {
                    failure = new LedgerException(Code.LEDGER_FENCED, "ledger " + ledgerId() + " is fenced");
                }
                if (failure == null) {
                    failure = cluster.addFailure;
                }
                if (failure != null) {
                    broken = failure;
                    return refuse(ledger.lane, failure);
                }
                if (pushed - ledger.acknowledged >= ClientConfig.defaults().pendingAddsMax()) {
                    return refuse(
                            ledger.lane,
                            new LedgerException(Code.TOO_MANY_REQUESTS, "ledger " + ledgerId() + " has too many adds"));
                }
                long id = ++pushed;
                ledger.entries.add(bytes);
                ledger.visible = Math.max(ledger.visible, ledger.acknowledged);
                ledger.wake();
                CompletableFuture<Long> future = new CompletableFuture<>();
                pending.put(id, future);
                Runnable reply = () -> ledger.lane.execute(() -> acknowledge(id, future));
                if (cluster.isHeld) {
                    cluster.heldReplies.add(reply);
                } else {
                    reply.run();
                }
                return future;
            }
        }

        private void acknowledge(long id, CompletableFuture<Long> future) {
            synchronized (lock) {
                if (pending.remove(id) == null) {
                    return;
                }
                ledger.acknowledged = Math.max(ledger.acknowledged, id);
            }
            future.complete(id);
        }

        @Override
        public long lastAddConfirmed() {
            synchronized (lock) {
                return ledger.acknowledged;
            }
        }

        @Override
        public long lastAddPushed() {
            synchronized (lock) {
                return pushed;
            }
        }

        @Override
        public long length() {
            synchronized (lock) {
                return ledger.entries.stream().mapToLong(e -> e.length).sum();
            }
        }

        @Override
        public LedgerMetadata metadata() {
            synchronized (lock) {
                return ledger.metadata;
            }
        }

        @Override
        public CompletableFuture<Void> close() {
            CompletableFuture<Void> done = new CompletableFuture<>();
            synchronized (lock) {
                if (ledger.isFenced) {
                    return refuse(
                            ledger.lane,
                            new LedgerException(Code.LEDGER_FENCED, "ledger " + ledgerId() + " is fenced"));
                }
                LedgerException failure = cluster.closeFailure;
                if (failure != null) {
                    return refuse(ledger.lane, failure);
                }
                if (!ledger.metadata.isClosed()) {
                    ledger.close(ledger.acknowledged);
                }
                broken = new LedgerException(Code.LEDGER_CLOSED, "ledger " + ledgerId() + " is closed");
            }
            ledger.lane.execute(() -> done.complete(null));
            return done;
        }

        @Override
        public void abandon() {
            LedgerException reason =
                    new LedgerException(Code.CLIENT_CLOSED, "ledger " + ledgerId() + " was abandoned by its writer");
            List<CompletableFuture<Long>> failed;
            synchronized (lock) {
                if (broken != null) {
                    return;
                }
                broken = reason;
                failed = List.copyOf(pending.values());
                pending.clear();
            }
            ledger.lane.execute(() -> failed.forEach(add -> add.completeExceptionally(reason)));
        }
    }

    /** Thread: safe, guarded by the cluster's lock. */
    private final class Reader implements LedgerReader {
        private final Ledger ledger;

        @GuardedBy("lock")
        private long known;

        Reader(Ledger ledger) {
            this.ledger = ledger;
            synchronized (lock) {
                this.known = ledger.visible;
            }
        }

        @Override
        public long ledgerId() {
            return ledger.metadata.ledgerId();
        }

        @Override
        public LedgerMetadata metadata() {
            synchronized (lock) {
                return ledger.metadata;
            }
        }

        @Override
        public boolean isClosed() {
            return metadata().isClosed();
        }

        @Override
        public long lastAddConfirmed() {
            synchronized (lock) {
                if (ledger.metadata.isClosed()) {
                    known = ledger.visible;
                }
                return known;
            }
        }

        @Override
        public long length() {
            return 0;
        }

        @Override
        public CompletableFuture<Long> readLastAddConfirmed() {
            return reply(ledger.lane, () -> {
                synchronized (lock) {
                    known = ledger.visible;
                    return known;
                }
            });
        }

        @Override
        public CompletableFuture<List<LedgerEntry>> read(long first, long last) {
            synchronized (lock) {
                if (!cluster.ledgers.containsKey(ledgerId()) || last > ledger.visible) {
                    return refuse(
                            ledger.lane, new LedgerException(Code.READ_FAILED, "can't read " + first + " to " + last));
                }
                List<LedgerEntry> entries = new ArrayList<>();
                for (long id = first; id <= last; id++) {
                    entries.add(ledger.entry(id));
                }
                return reply(ledger.lane, () -> entries);
            }
        }

        @Override
        public CompletableFuture<List<LedgerEntry>> readUnconfirmed(long first, long last) {
            return read(first, last);
        }

        @Override
        public CompletableFuture<Optional<LedgerEntry>> awaitEntry(long entryId, Duration timeout) {
            Waiter waiter = new Waiter(entryId, new CompletableFuture<>());
            synchronized (lock) {
                ledger.waiters.add(waiter);
                ledger.wake();
            }
            ledger.lane.schedule(
                    () -> {
                        synchronized (lock) {
                            if (ledger.waiters.remove(waiter)) {
                                ledger.answer(waiter);
                            }
                        }
                    },
                    timeout);
            return waiter.future.thenApply(entry -> {
                synchronized (lock) {
                    known = Math.max(
                            known, entry.isPresent() ? entryId : ledger.metadata.isClosed() ? ledger.visible : known);
                }
                return entry;
            });
        }

        @Override
        public void close() {}
    }
}
