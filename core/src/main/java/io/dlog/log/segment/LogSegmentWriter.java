package io.dlog.log.segment;

import io.dlog.client.LedgerWriter;
import io.dlog.concurrent.Completions;
import io.dlog.concurrent.Lane;
import io.dlog.log.DLException;
import io.dlog.log.LogConfig;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.EntryWriter;
import io.dlog.log.record.LogRecord;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to one log segment: packs them into entries, sends an entry when it has enough bytes, when it is old
 * enough or when it is asked to, and completes records once their entry is durable, in the order of the writes.
 *
 * <p>An entry tells readers, on its way through, which entry was confirmed before it. So the last record of a burst stays
 * unseen until something follows it: {@code immediateFlush} and {@code periodicFlush} send a control record when nothing
 * else does.
 *
 * <pre>
 *   entry        0: data    1: control   2: data    3: control
 *   LAC in it       -1          0            1           2        a reader sees entry 0 with entry 1, and so on
 * </pre>
 *
 * <p>After the first failure everything unfinished and everything later fails with the same cause.
 *
 * <p>Thread: owned by the log's lane; futures complete on it.
 */
public final class LogSegmentWriter {
    /** An entry starts with memory for at most this much; it grows. */
    private static final int INITIAL_BYTES_MAX = 64 * 1024;

    private final String logName;
    private final LogSegmentMetadata segment;
    private final LedgerWriter ledger;
    private final LogConfig config;
    private final Lane lane;
    private final Duration flushDelay;

    private @Nullable EntryWriter open;
    private Packet openPacket = new Packet();
    private final ArrayDeque<Packet> inFlight = new ArrayDeque<>();

    private long outstandingBytes;
    private long bytesHandedIn;
    private int position;
    private long lastTxId;

    private SegmentEnd acknowledged;
    private long lastAcknowledgedEntry = -1;
    private long confirmedInLastSent = -1;

    private boolean flushTimerRuns;
    private boolean ended;
    private @Nullable DLException failure;

    /**
     * @param lastTxIdBefore transaction id of the log's last record before this segment
     */
    public LogSegmentWriter(
            String logName,
            LogSegmentMetadata segment,
            LedgerWriter ledger,
            LogConfig config,
            Lane lane,
            long lastTxIdBefore) {
        this.logName = logName;
        this.segment = segment;
        this.ledger = ledger;
        this.config = config;
        this.lane = lane;
        this.flushDelay = config.periodicFlush().dividedBy(2);
        this.lastTxId = lastTxIdBefore;
        this.acknowledged = SegmentEnd.empty(lastTxIdBefore);
    }

    /** The records of one entry between sending and acknowledgement. Thread: owned by the log's lane. */
    private static final class Packet {
        final List<CompletableFuture<DLSN>> promises = new ArrayList<>();
        final List<Integer> slots = new ArrayList<>();
        final List<CompletableFuture<Void>> waiters = new ArrayList<>();
        boolean hasRecords;
        int lastSlot = -1;
        int positionAfter;
        long txIdAfter;
        int bytes;
    }

    public LogSegmentMetadata segment() {
        return segment;
    }

    /** Bytes of records that are not acknowledged yet. */
    public long outstandingBytes() {
        return outstandingBytes;
    }

    /** Entries that are not acknowledged yet, and the one that is being packed. */
    public int outstandingEntries() {
        return inFlight.size() + (open == null ? 0 : 1);
    }

    /** Bytes of all records handed in. */
    public long bytesHandedIn() {
        return bytesHandedIn;
    }

    /** Records of the application handed in. */
    public int recordCount() {
        return position;
    }

    /** Transaction id of the last record handed in, or of the one before this segment. */
    public long lastTxId() {
        return lastTxId;
    }

    /** Why the segment takes no more records, null while it does. */
    public @Nullable DLException failure() {
        return failure;
    }

    /**
     * Takes a record whose size and transaction id were checked.
     *
     * @param slotCount records in it: 1, or as many as a record set has
     * @param promise completes with the position of its first record
     */
    public void write(LogRecord record, int slotCount, CompletableFuture<DLSN> promise) {
        if (refuses(promise)) {
            return;
        }
        int payloadBytes = record.getPayload().length;
        EntryWriter entry = entryFor(payloadBytes);
        openPacket.promises.add(promise);
        openPacket.slots.add(entry.slots());
        entry.append(record, position + 1, slotCount);
        position += slotCount;
        lastTxId = Math.max(lastTxId, record.getTransactionId());
        recordTaken(entry, EntryWriter.recordBytes(payloadBytes));
        if (entry.bytes() >= config.outputBufferBytes()) {
            transmit();
        } else {
            startFlushTimer();
        }
    }

    private EntryWriter entryFor(int payloadBytes) {
        EntryWriter entry = open;
        if (entry != null && !entry.hasRoomFor(payloadBytes)) {
            transmit();
            entry = null;
        }
        if (entry == null) {
            int expected = Math.min(
                    INITIAL_BYTES_MAX, Math.max(EntryWriter.recordBytes(payloadBytes), config.outputBufferBytes()));
            entry = new EntryWriter(ByteBufAllocator.DEFAULT, config.compression(), expected);
            open = entry;
        }
        return entry;
    }

    private void recordTaken(EntryWriter entry, int bytes) {
        openPacket.hasRecords = true;
        openPacket.lastSlot = entry.slots() - 1;
        openPacket.bytes += bytes;
        outstandingBytes += bytes;
        bytesHandedIn += bytes;
    }

    /** Sends what is buffered; completes once everything handed in so far is durable. */
    public CompletableFuture<Void> flush() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (refuses(done)) {
            return done;
        }
        transmit();
        Packet last = inFlight.peekLast();
        if (last == null) {
            done.complete(null);
        } else {
            last.waiters.add(done);
        }
        return done;
    }

    /** Like {@link #flush}, and makes readers see it. */
    public CompletableFuture<Void> commit() {
        return flush().thenComposeAsync(flushed -> isInvisible() ? control() : flushed(), lane);
    }

    private static CompletableFuture<Void> flushed() {
        return CompletableFuture.completedFuture(null);
    }

    /** Writes a control record whatever there is to make visible; completes once it is durable. */
    public CompletableFuture<Void> heartbeat() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (refuses(done)) {
            return done;
        }
        transmit();
        entryFor(0).appendHeartbeat(lastTxId, position);
        openPacket.waiters.add(done);
        transmit();
        return done;
    }

    private CompletableFuture<Void> control() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (refuses(done)) {
            return done;
        }
        transmit();
        entryFor(0).appendControl(lastTxId, position);
        openPacket.waiters.add(done);
        transmit();
        return done;
    }

    /** Writes the end of the stream; completes once it is durable. The segment takes no more records. */
    public CompletableFuture<Void> writeEndOfStream() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (refuses(done)) {
            return done;
        }
        transmit();
        EntryWriter entry = entryFor(0);
        entry.appendEndOfStream(position);
        lastTxId = Long.MAX_VALUE;
        recordTaken(entry, EntryWriter.recordBytes(0));
        openPacket.waiters.add(done);
        transmit();
        return done;
    }

    /** Flushes and closes the ledger; completes with what the segment's metadata is to say. */
    public CompletableFuture<SegmentEnd> close() {
        CompletableFuture<Void> flushed = ended && failure == null ? flushed() : flush();
        ended = true;
        return flushed.thenComposeAsync(all -> ledger.close(), lane)
                .thenApplyAsync(closed -> acknowledged, lane)
                .exceptionallyComposeAsync(
                        e -> CompletableFuture.failedFuture(LedgerFailures.ofWrite(logName, segment, e)), lane);
    }

    /** Fails everything unfinished; the ledger is left to the next writer's recovery. */
    public void abort(DLException cause) {
        fail(cause);
    }

    private boolean refuses(CompletableFuture<?> promise) {
        DLException cause = failure;
        if (cause == null && ended) {
            cause = new DLException(
                    StatusCode.ALREADY_CLOSED, "log " + logName + ", log segment " + segment.sequenceNo() + " is over");
        }
        if (cause == null) {
            return false;
        }
        promise.completeExceptionally(cause);
        return true;
    }

    private void transmit() {
        EntryWriter entry = open;
        if (entry == null) {
            return;
        }
        Packet packet = openPacket;
        open = null;
        openPacket = new Packet();
        packet.positionAfter = position;
        packet.txIdAfter = lastTxId;
        confirmedInLastSent = lastAcknowledgedEntry;
        inFlight.add(packet);
        Completions.deliver(
                ledger.add(entry.finish()),
                lane,
                entryId -> acknowledged(packet, entryId),
                e -> fail(LedgerFailures.ofWrite(logName, segment, e)));
    }

    private void acknowledged(Packet packet, long entryId) {
        if (failure != null) {
            return;
        }
        if (inFlight.poll() != packet || entryId <= lastAcknowledgedEntry) {
            AssertionError bug = new AssertionError("log " + logName + ": entry " + entryId + " of ledger "
                    + segment.ledgerId() + " acknowledged out of order after " + lastAcknowledgedEntry);
            fail(new DLException(StatusCode.UNEXPECTED, "entries acknowledged out of order", bug));
            throw bug;
        }
        lastAcknowledgedEntry = entryId;
        outstandingBytes -= packet.bytes;
        if (packet.hasRecords) {
            acknowledged = new SegmentEnd(packet.txIdAfter, packet.positionAfter, entryId, packet.lastSlot);
        }
        for (int i = 0; i < packet.promises.size(); i++) {
            packet.promises.get(i).complete(new DLSN(segment.sequenceNo(), entryId, packet.slots.get(i)));
        }
        packet.waiters.forEach(waiter -> waiter.complete(null));
        if (config.immediateFlush()) {
            makeVisible();
        }
        if (isInvisible()) {
            startFlushTimer();
        }
    }

    /** Whether an acknowledged record waits for a later entry to tell readers of it. */
    private boolean isInvisible() {
        return acknowledged.lastEntryId() > confirmedInLastSent;
    }

    private void makeVisible() {
        if (failure == null && !ended && open == null && inFlight.isEmpty() && isInvisible()) {
            entryFor(0).appendControl(lastTxId, position);
            transmit();
        }
    }

    private void startFlushTimer() {
        if (!flushDelay.isZero() && !flushTimerRuns && failure == null && !ended) {
            flushTimerRuns = true;
            lane.schedule(this::onFlushTimer, flushDelay);
        }
    }

    private void onFlushTimer() {
        flushTimerRuns = false;
        if (failure != null || ended) {
            return;
        }
        transmit();
        makeVisible();
        if (!inFlight.isEmpty() || isInvisible()) {
            startFlushTimer();
        }
    }

    private void fail(DLException cause) {
        if (failure != null) {
            return;
        }
        failure = cause;
        EntryWriter entry = open;
        open = null;
        if (entry != null) {
            entry.discard();
        }
        inFlight.add(openPacket);
        openPacket = new Packet();
        while (!inFlight.isEmpty()) {
            Packet packet = inFlight.remove();
            packet.promises.forEach(promise -> promise.completeExceptionally(cause));
            packet.waiters.forEach(waiter -> waiter.completeExceptionally(cause));
        }
        outstandingBytes = 0;
        // Left open: where it ends is for the next writer's recovery to find out.
        ledger.abandon();
    }
}
