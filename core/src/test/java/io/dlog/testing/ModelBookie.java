package io.dlog.testing;

import io.dlog.ledger.BookieId;
import io.dlog.ledger.EntryHeader;
import io.dlog.protocol.MasterKey;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bookie as the protocol wants it, without disks: what it does is durable only once a simulated sync is over, and a
 * crash takes the rest away.
 *
 * <pre>
 *   add, fence --> live state (reads see it) --> journal --sync--> durable state, then the answer
 *   crash: live state = durable state + some first part of what waited for the sync
 * </pre>
 *
 * <p>Thread: owned by the simulation's thread.
 */
public final class ModelBookie implements CrashableBookie {
    private final BookieId id;
    private final Flaw flaw;
    private final SimulatedScheduler world;
    private final SimulatedRandomness random;
    private final List<Operation> journal = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private State durable = new State();
    private State live = new State();
    private long syncMicrosMax = 2000;
    private int readErrorOneIn;
    private int incarnation;
    private boolean syncing;
    private long durableChanges;

    /** Bugs that the checks must find; {@link #NONE} for a sound bookie. */
    public enum Flaw {
        NONE,
        /** Answers adds and fences before they are durable. */
        ACK_BEFORE_SYNC,
        /** Fences in memory only. */
        FENCE_NOT_DURABLE,
        /** Fences for a LAC read, but not for the reads of a recovery (BookKeeper issue 2614). */
        RECOVERY_READ_DOES_NOT_FENCE,
        /** Says "no such entry" when its disk fails (issue 2908). */
        ERROR_READS_AS_NO_ENTRY
    }

    public ModelBookie(BookieId id, SimulatedScheduler world, SimulatedRandomness random, Flaw flaw) {
        this.flaw = flaw;
        this.id = id;
        this.world = world;
        this.random = random;
    }

    /** All ledgers. Thread: owned by the simulation's thread. */
    private static final class State {
        private final Map<Long, Copy> ledgers = new TreeMap<>();

        State copy() {
            State copy = new State();
            ledgers.forEach((id, ledger) -> copy.ledgers.put(id, ledger.copy()));
            return copy;
        }

        Copy ledger(long ledgerId, MasterKey key) {
            return ledgers.computeIfAbsent(ledgerId, k -> new Copy(key));
        }
    }

    /** One ledger's share. Thread: owned by the simulation's thread. */
    private static final class Copy {
        private final MasterKey key;
        private final TreeMap<Long, byte[]> entries = new TreeMap<>();
        private boolean fenced;
        private long lac = -1;

        Copy(MasterKey key) {
            this.key = key;
        }

        Copy copy() {
            Copy copy = new Copy(key);
            copy.entries.putAll(entries);
            copy.fenced = fenced;
            copy.lac = lac;
            return copy;
        }

        void put(long entryId, byte[] bytes) {
            entries.put(entryId, bytes);
            lac = Math.max(lac, EntryHeader.lastAddConfirmed(Unpooled.wrappedBuffer(bytes)));
        }
    }

    private record Operation(Consumer<State> change, Runnable whenDurable) {}

    private record Waiter(Request.LongPollRead request, Consumer<Response> reply) {}

    /** Who it is. */
    @Override
    public BookieId id() {
        return id;
    }

    /** Longest time of one sync. */
    @Override
    public void syncMicrosMax(long micros) {
        syncMicrosMax = micros;
    }

    /** One read in so many meets disk trouble; 0 none. */
    @Override
    public void readErrorOneIn(int n) {
        readErrorOneIn = n;
    }

    /** The stored bytes of an entry that would survive a crash now. */
    @Override
    public byte @Nullable [] durableEntry(long ledgerId, long entryId) {
        Copy copy = durable.ledgers.get(ledgerId);
        return copy == null ? null : copy.entries.get(entryId);
    }

    /** Counts changes of the durable state. */
    @Override
    public long durableChanges() {
        return durableChanges;
    }

    /** Loses what was not synced, apart from a first part of it that happened to reach the disk. */
    @Override
    public void crash() {
        int survive = random.nextInt(journal.size() + 1);
        for (Operation operation : journal.subList(0, survive)) {
            operation.change.accept(durable);
        }
        durableChanges++;
        journal.clear();
        waiters.clear();
        live = durable.copy();
        syncing = false;
        incarnation++;
    }

    @Override
    public void handle(Request request, Consumer<Response> reply) {
        switch (request.kind()) {
            case ADD -> add((Request.Add) request, reply);
            case READ -> read((Request.Read) request, reply);
            case LONG_POLL_READ -> longPoll((Request.LongPollRead) request, reply);
            case READ_LAC -> readLac((Request.ReadLac) request, reply);
            case BATCH_READ, WRITE_LAC, FORCE, BOOKIE_INFO, LIST_ENTRIES, AUTH, START_TLS, INVALID ->
                throw new AssertionError("the model has no " + request.kind());
        }
    }

    private void add(Request.Add add, Consumer<Response> reply) {
        byte[] bytes = new byte[add.entry().readableBytes()];
        add.entry().readBytes(bytes);
        add.entry().release();
        Copy copy = live.ledger(add.ledgerId(), add.masterKey());
        StatusCode refusal = refusal(copy, add);
        if (refusal != null) {
            reply.accept(new Response.Added(add.requestId(), refusal, add.ledgerId(), add.entryId()));
            return;
        }
        Runnable acknowledge =
                () -> reply.accept(new Response.Added(add.requestId(), StatusCode.OK, add.ledgerId(), add.entryId()));
        persist(state -> state.ledger(add.ledgerId(), add.masterKey()).put(add.entryId(), bytes), acknowledge);
        wakeWaiters();
    }

    private static @Nullable StatusCode refusal(Copy copy, Request.Add add) {
        if (!copy.key.equals(add.masterKey())) {
            return StatusCode.UNAUTHORIZED;
        }
        return copy.fenced && !add.isRecovery() ? StatusCode.FENCED : null;
    }

    private void read(Request.Read read, Consumer<Response> reply) {
        MasterKey fenceKey = read.fenceKey();
        if (fenceKey == null) {
            reply.accept(answer(read));
            return;
        }
        Copy copy = live.ledger(read.ledgerId(), fenceKey);
        if (!copy.key.equals(fenceKey)) {
            reply.accept(entry(read, StatusCode.UNAUTHORIZED, null));
            return;
        }
        if (flaw == Flaw.RECOVERY_READ_DOES_NOT_FENCE && read.entryId() >= 0) {
            reply.accept(answer(read));
            return;
        }
        // The answer of now, sent once the fence is durable, whatever the answer is.
        Response answer = answer(read);
        if (flaw == Flaw.FENCE_NOT_DURABLE) {
            copy.fenced = true;
            reply.accept(answer);
            return;
        }
        persist(state -> state.ledger(read.ledgerId(), fenceKey).fenced = true, () -> reply.accept(answer));
    }

    private Response answer(Request.Read read) {
        if (random.oneIn(readErrorOneIn)) {
            StatusCode status = flaw == Flaw.ERROR_READS_AS_NO_ENTRY ? StatusCode.NO_ENTRY : StatusCode.IO_ERROR;
            return entry(read, status, null);
        }
        Copy copy = live.ledgers.get(read.ledgerId());
        if (copy == null) {
            return entry(read, StatusCode.NO_LEDGER, null);
        }
        byte[] bytes = read.entryId() >= 0
                ? copy.entries.get(read.entryId())
                : copy.entries.isEmpty() ? null : copy.entries.lastEntry().getValue();
        return bytes == null ? entry(read, StatusCode.NO_ENTRY, null) : entry(read, StatusCode.OK, bytes);
    }

    private Response entry(Request.Read read, StatusCode status, byte @Nullable [] bytes) {
        Copy copy = live.ledgers.get(read.ledgerId());
        long maxLac = read.fenceKey() == null && copy != null && status == StatusCode.OK ? copy.lac : Response.UNSET;
        ByteBuf body = bytes == null ? null : Unpooled.wrappedBuffer(bytes);
        return new Response.Entry(
                read.requestId(), status, read.ledgerId(), read.entryId(), body, maxLac, Response.UNSET);
    }

    private void longPoll(Request.LongPollRead poll, Consumer<Response> reply) {
        Waiter waiter = new Waiter(poll, reply);
        Copy copy = live.ledgers.get(poll.ledgerId());
        if (copy == null) {
            reply.accept(new Response.Entry(
                    poll.requestId(), StatusCode.NO_LEDGER, poll.ledgerId(), -1, null, Response.UNSET, Response.UNSET));
        } else if (copy.lac > poll.previousLac()) {
            answer(waiter, copy);
        } else {
            waiters.add(waiter);
            world.after(Duration.ofMillis(poll.timeoutMillis()), () -> {
                Copy now = live.ledgers.get(poll.ledgerId());
                if (waiters.remove(waiter) && now != null) {
                    answer(waiter, now);
                }
            });
        }
    }

    private void answer(Waiter waiter, Copy copy) {
        Request.LongPollRead poll = waiter.request;
        byte[] bytes = copy.lac > poll.previousLac() ? copy.entries.get(poll.previousLac() + 1) : null;
        waiter.reply.accept(new Response.Entry(
                poll.requestId(),
                StatusCode.OK,
                poll.ledgerId(),
                bytes == null ? -1 : poll.previousLac() + 1,
                bytes == null ? null : Unpooled.wrappedBuffer(bytes),
                copy.lac,
                world.clock().currentTimeMillis()));
    }

    private void wakeWaiters() {
        for (Waiter waiter : List.copyOf(waiters)) {
            Copy copy = live.ledgers.get(waiter.request.ledgerId());
            if (copy != null && copy.lac > waiter.request.previousLac()) {
                waiters.remove(waiter);
                answer(waiter, copy);
            }
        }
    }

    private void readLac(Request.ReadLac read, Consumer<Response> reply) {
        Copy copy = live.ledgers.get(read.ledgerId());
        ByteBuf last = copy == null || copy.entries.isEmpty()
                ? null
                : Unpooled.wrappedBuffer(copy.entries.lastEntry().getValue());
        StatusCode status = last == null ? StatusCode.NO_ENTRY : StatusCode.OK;
        reply.accept(new Response.Lac(read.requestId(), status, read.ledgerId(), null, last));
    }

    /** Applies a change now and answers once it is durable. */
    private void persist(Consumer<State> change, Runnable whenDurable) {
        change.accept(live);
        if (flaw == Flaw.ACK_BEFORE_SYNC) {
            whenDurable.run();
            journal.add(new Operation(change, () -> {}));
        } else {
            journal.add(new Operation(change, whenDurable));
        }
        startSync();
    }

    private void startSync() {
        if (syncing || journal.isEmpty()) {
            return;
        }
        syncing = true;
        int startedIn = incarnation;
        int batch = journal.size();
        world.afterNanos(1000L * (1 + random.nextInt((int) syncMicrosMax)), () -> {
            if (startedIn == incarnation) {
                syncing = false;
                synced(batch);
                startSync();
            }
        });
    }

    private void synced(int batch) {
        List<Operation> done = List.copyOf(journal.subList(0, batch));
        journal.subList(0, batch).clear();
        for (Operation operation : done) {
            operation.change.accept(durable);
            durableChanges++;
            operation.whenDurable.run();
        }
    }
}
