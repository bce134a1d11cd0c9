package io.dlog.bookie.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.concurrent.Lane;
import io.dlog.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes durable what stands in the log buffer.
 *
 * <p>One step of the lane: seal all that is claimed, wait until its records are published, write the batch straight from the
 * buffer with one durable write, publish how far the journal reaches, tell who waits. Exactly one write is outstanding; the
 * next batch forms while it runs, which is all the grouping there is. A block that holds acknowledged data is never written
 * again, so a torn write cannot harm it.
 *
 * <p>After the first error of a write nothing is acknowledged any more and no write or sync is tried again: what the disk
 * holds is unknown then (after a failed fsync the kernel forgets the pages it could not write).
 *
 * <p>Thread: {@link #whenDurable} and {@link #durablePosition} are safe; the rest is owned by the journal lane.
 */
public final class Journal {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    /** A thread that holds a claim longer than this is stuck; copies take microseconds. */
    private static final long CLAIM_NANOS_MAX = Duration.ofSeconds(30).toNanos();

    private static final Duration CLAIM_POLL = Duration.ofNanos(50_000);
    private static final int CLAIM_SPINS = 200;
    private static final int HEADERS_BYTES = 4096;

    private final LogBuffer<?> buffer;
    private final JournalFiles files;
    private final Lane lane;
    private final Clock clock;
    private final Consumer<Throwable> whenFailed;
    private final long epoch;
    private final long instanceId;
    private final AtomicBoolean isAwake = new AtomicBoolean();
    private final Runnable step = this::step;

    private volatile long durable;
    private volatile boolean isFailed;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private long[] newPositions = new long[64];

    @GuardedBy("lock")
    private @Nullable WhenDurable[] newWaiters = new @Nullable WhenDurable[64];

    @GuardedBy("lock")
    private int newCount;

    @GuardedBy("lock")
    private boolean takesWaiters = true;

    // Owned by the lane: who waits.
    private long[] positions = new long[64];
    private @Nullable WhenDurable[] waiters = new @Nullable WhenDurable[64];
    private int count;

    // Owned by the lane: where the journal stands.
    private @Nullable JournalFile file;
    private long fileFirstPosition;
    private long batch;
    private int previousSealCrc;
    private final ByteBuffer headerBlock = AlignedMemory.allocate(JournalFormat.HEADER_BYTES);

    // Owned by the lane: the batch that is being formed.
    private @Nullable LogSegment<?> segment;
    private long segmentBase;
    private @Nullable ByteBuffer segmentView;
    private int start;
    private int sealAt = LogSegment.NOTHING;
    private int walked;
    private int records;
    private long waitingSince;
    private final ByteBuffer headers = ByteBuffer.allocate(HEADERS_BYTES);
    private final CRC32C headersCrc = new CRC32C();

    /** Where a journal goes on. Thread: immutable. */
    record Start(long position, long epoch, long instanceId, long batch, int previousSealCrc) {}

    Journal(LogBuffer<?> buffer, JournalFiles files, Lane lane, Clock clock, Start at, Consumer<Throwable> whenFailed) {
        this.buffer = buffer;
        this.files = files;
        this.lane = lane;
        this.clock = clock;
        this.whenFailed = whenFailed;
        this.epoch = at.epoch();
        this.instanceId = at.instanceId();
        this.durable = at.position();
        this.batch = at.batch();
        this.previousSealCrc = at.previousSealCrc();
    }

    /** Everything before this position is on disk. */
    public long durablePosition() {
        return durable;
    }

    /** See {@code LedgerStorage.whenDurable}. */
    public void whenDurable(long position, WhenDurable waiter) {
        boolean isQueued = false;
        if (position > durable) {
            synchronized (lock) {
                if (takesWaiters) {
                    if (newCount == newPositions.length) {
                        newPositions = Arrays.copyOf(newPositions, 2 * newCount);
                        newWaiters = Arrays.copyOf(newWaiters, 2 * newCount);
                    }
                    newPositions[newCount] = position;
                    newWaiters[newCount] = waiter;
                    newCount++;
                    isQueued = true;
                }
            }
        }
        if (isQueued) {
            wake();
        } else if (position <= durable) {
            waiter.onDurable();
        } else {
            waiter.onJournalFailed();
        }
    }

    /** Has what is in the buffer written although nobody waits for it. */
    public void wake() {
        if (!isAwake.get() && isAwake.compareAndSet(false, true)) {
            lane.execute(step);
        }
    }

    /** Everything before {@code position} can be read from entry logs; files behind it are used again. */
    public void checkpointed(long position) {
        files.checkpointed(position);
    }

    /** Acknowledges nothing from now on. */
    public void fail(Throwable reason) {
        isFailed = true;
        LOG.error("journal failed, nothing is acknowledged any more position={}", durable, reason);
        whenFailed.accept(reason);
        wake();
    }

    /** Tells those who still wait that their records will not become durable, closes the files, and calls back. */
    public void close(Runnable whenClosed) {
        lane.execute(() -> {
            isFailed = true;
            refuseWaiters();
            JournalFile current = file;
            try {
                if (current != null) {
                    current.file().close();
                }
            } catch (IOException e) {
                LOG.warn("journal file not closed file={}", current.path(), e);
            }
            files.close();
            whenClosed.run();
        });
    }

    private void step() {
        isAwake.set(false);
        if (isFailed) {
            refuseWaiters();
            return;
        }
        try {
            takeWaiters();
            if (!formBatch()) {
                tellWaiters();
            } else if (isPublished() && hasRoom()) {
                writeBatch();
                tellWaiters();
                if (count > 0) {
                    wake();
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Whether there is a batch to write; its SEAL is claimed then. */
    private boolean formBatch() {
        if (sealAt >= 0) {
            return true;
        }
        while (true) {
            LogSegment<?> current = segment;
            if (current == null) {
                current = buffer.pollUnjournaled();
                if (current == null) {
                    return false;
                }
                segment = current;
                segmentBase = current.base();
                segmentView = current.memory.duplicate();
                start = 0;
            }
            sealAt = current.claimSeal(segmentBase);
            if (sealAt >= 0) {
                walked = start;
                records = 0;
                headersCrc.reset();
                headers.clear();
                waitingSince = clock.nanoTime();
                return true;
            }
            if (sealAt == LogSegment.NOTHING) {
                return false;
            }
            segment = null;
        }
    }

    /** Whether all records of the batch are published; looks again in a moment when not. */
    private boolean isPublished() {
        ByteBuffer memory = view();
        int spins = 0;
        while (walked < sealAt) {
            int body = JournalFormat.bodyBytes(JournalFormat.acquireWord(memory, walked), segmentBase + walked, epoch);
            if (body < 0) {
                if (spins++ < CLAIM_SPINS) {
                    Thread.onSpinWait();
                    continue;
                }
                if (clock.nanoTime() - waitingSince > CLAIM_NANOS_MAX) {
                    throw new AssertionError("record claimed but never published position=" + (segmentBase + walked));
                }
                if (isAwake.compareAndSet(false, true)) {
                    Lane.Timer unused = lane.schedule(step, CLAIM_POLL);
                }
                return false;
            }
            if (!headers.hasRemaining()) {
                drainHeaders();
            }
            headers.putLong(memory.getLong(walked)).putLong(memory.getLong(walked + 8));
            records++;
            walked += JournalFormat.recordBytes(body);
        }
        if (walked != sealAt) {
            throw new AssertionError("records overrun their batch position=" + (segmentBase + walked));
        }
        return true;
    }

    private void drainHeaders() {
        headersCrc.update(headers.flip());
        headers.clear();
    }

    /** Whether the current file takes the batch; rolls to the next one when not. */
    private boolean hasRoom() throws IOException {
        int bytes = JournalFormat.sealEnd(sealAt) - start;
        long position = segmentBase + start;
        JournalFile current = file;
        if (current != null && position - fileFirstPosition + bytes <= current.bodyBytes()) {
            return true;
        }
        JournalFormat.FileHeader header =
                new JournalFormat.FileHeader(0, epoch, instanceId, position, batch, previousSealCrc);
        JournalFile next = files.begin(header, headerBlock, this::wake);
        if (next == null) {
            return false;
        }
        if (bytes > next.bodyBytes()) {
            throw new AssertionError("batch longer than a journal file bytes=" + bytes + " file=" + next.path());
        }
        if (current != null) {
            current.file().close();
        }
        file = next;
        fileFirstPosition = position;
        return true;
    }

    private void writeBatch() throws IOException {
        JournalFile current = file;
        if (current == null) {
            throw new AssertionError("no journal file");
        }
        drainHeaders();
        int end = JournalFormat.sealEnd(sealAt);
        ByteBuffer memory = view();
        previousSealCrc = JournalFormat.writeSeal(
                memory,
                start,
                sealAt,
                end,
                segmentBase,
                epoch,
                batch,
                records,
                (int) headersCrc.getValue(),
                previousSealCrc);
        long position = segmentBase + start;
        current.file()
                .write(memory.limit(end).position(start), JournalFormat.HEADER_BYTES + position - fileFirstPosition);
        memory.clear();
        batch++;
        start = end;
        sealAt = LogSegment.NOTHING;
        durable = segmentBase + end;
    }

    private void takeWaiters() {
        synchronized (lock) {
            if (count == 0) {
                long[] emptyPositions = positions;
                @Nullable WhenDurable[] emptyWaiters = waiters;
                positions = newPositions;
                waiters = newWaiters;
                count = newCount;
                newPositions = emptyPositions;
                newWaiters = emptyWaiters;
            } else {
                int total = count + newCount;
                if (total > positions.length) {
                    positions = Arrays.copyOf(positions, 2 * total);
                    waiters = Arrays.copyOf(waiters, 2 * total);
                }
                System.arraycopy(newPositions, 0, positions, count, newCount);
                System.arraycopy(newWaiters, 0, waiters, count, newCount);
                Arrays.fill(newWaiters, 0, newCount, null);
                count = total;
            }
            newCount = 0;
        }
    }

    private void tellWaiters() {
        long reached = durable;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            WhenDurable waiter = waiters[i];
            waiters[i] = null;
            if (positions[i] > reached) {
                positions[kept] = positions[i];
                waiters[kept++] = waiter;
            } else if (waiter != null) {
                tell(waiter, true);
            }
        }
        count = kept;
    }

    private void refuseWaiters() {
        synchronized (lock) {
            takesWaiters = false;
        }
        takeWaiters();
        for (int i = 0; i < count; i++) {
            WhenDurable waiter = waiters[i];
            waiters[i] = null;
            if (waiter != null) {
                tell(waiter, false);
            }
        }
        count = 0;
    }

    private static void tell(WhenDurable waiter, boolean isDurable) {
        try {
            if (isDurable) {
                waiter.onDurable();
            } else {
                waiter.onJournalFailed();
            }
        } catch (RuntimeException e) {
            LOG.error("a waiter failed when told about the journal", e);
        }
    }

    private ByteBuffer view() {
        ByteBuffer memory = segmentView;
        if (memory == null) {
            throw new AssertionError("no segment");
        }
        return memory;
    }
}
