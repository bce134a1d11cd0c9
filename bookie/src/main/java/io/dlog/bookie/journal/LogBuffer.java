package io.dlog.bookie.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.concurrent.Lane;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that is journal image, write cache and tail-read cache at once.
 *
 * <p>Writers claim space by one compare-and-set, copy, and publish; see {@link Claim}. The {@link Journal} seals what is
 * claimed and writes it from here. Segments are grouped in generations; a closed generation is flushed to entry logs and
 * then {@link #release released}, which frees its segments. Memory is allocated a segment at a time, off the writers'
 * threads. When there is none left, {@link #claim} answers null until {@link #whenWritable}. When the JVM has no memory for
 * another one, the buffer stays as small as it is, and flushes sooner.
 *
 * <p>Thread: safe, because claims are by compare-and-set, lists are guarded by a leaf lock that nobody holds across a
 * callback, and readers see immutable copies of the lists.
 *
 * @param <G> what the user keeps about a generation; its supplier is called under the lock and only constructs
 */
public final class LogBuffer<G> {
    private static final Logger LOG = LoggerFactory.getLogger(LogBuffer.class);

    private final LogBufferConfig config;
    private final Lane allocationLane;
    private final Supplier<G> newContents;
    private final IntFunction<ByteBuffer> memory;
    private final FastThreadLocal<Claim<G>> claims = new FastThreadLocal<>() {
        @Override
        protected Claim<G> initialValue() {
            return new Claim<>();
        }
    };

    private volatile @Nullable LogSegment<G> active;
    /** Newest first; open and closed ones that are not released. */
    private volatile List<Generation<G>> generations = List.of();

    private volatile Runnable whenGenerationCloses = () -> {};

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<LogSegment<G>> free = new ArrayDeque<>();

    /** Activated segments that the journal has not begun. */
    @GuardedBy("lock")
    private final Deque<LogSegment<G>> unjournaled = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Deque<Generation<G>> closed = new ArrayDeque<>();

    @GuardedBy("lock")
    private List<Runnable> waiting = new ArrayList<>();

    @GuardedBy("lock")
    private @Nullable Generation<G> open;

    @GuardedBy("lock")
    private int allocated;

    /** Fewer than configured once the JVM had no memory for another. */
    @GuardedBy("lock")
    private int segmentsMax;

    @GuardedBy("lock")
    private boolean isAllocating;

    /** Whether replay has ended. */
    @GuardedBy("lock")
    private boolean isBegun;

    @GuardedBy("lock")
    private long epoch;

    /** @param allocationLane a blocking lane on which segments are allocated */
    public LogBuffer(LogBufferConfig config, Lane allocationLane, Supplier<G> newContents) {
        this(config, allocationLane, newContents, AlignedMemory::allocate);
    }

    /** @param memory gives so many bytes of direct memory, as {@link AlignedMemory} does */
    LogBuffer(LogBufferConfig config, Lane allocationLane, Supplier<G> newContents, IntFunction<ByteBuffer> memory) {
        this.config = config;
        this.allocationLane = allocationLane;
        this.newContents = newContents;
        this.memory = memory;
        synchronized (lock) {
            this.segmentsMax = config.segments();
        }
    }

    /** What to run, on any thread, whenever a generation was closed. */
    public void whenGenerationCloses(Runnable callback) {
        whenGenerationCloses = callback;
    }

    /** Longest body of a record. */
    public int bodyBytesMax() {
        return Math.min(
                JournalFormat.BODY_BYTES_MAX,
                config.segmentBytes() - JournalFormat.SEAL_BYTES_MIN - JournalFormat.RECORD_HEADER_BYTES - 16);
    }

    /** Space for a record, null when the buffer is full. */
    public @Nullable Claim<G> claim(int bodyBytes) {
        if (bodyBytes > bodyBytesMax()) {
            throw new IllegalArgumentException("record too long bytes=" + bodyBytes + " bytesMax=" + bodyBytesMax());
        }
        int bytes = JournalFormat.recordBytes(bodyBytes);
        while (true) {
            LogSegment<G> segment = activeSegment();
            int at = segment.claim(bytes);
            if (at >= 0) {
                Claim<G> claim = claims.get();
                claim.begin(segment, at, bodyBytes);
                return claim;
            }
            if (!advance(segment)) {
                return null;
            }
        }
    }

    /** Position behind the last claim. */
    public long position() {
        LogSegment<G> segment = activeSegment();
        return segment.base() + segment.claimed();
    }

    /** All generations in memory, newest first. */
    public List<Generation<G>> generations() {
        return generations;
    }

    /** The oldest closed generation. */
    public @Nullable Generation<G> oldestClosed() {
        synchronized (lock) {
            return closed.peekFirst();
        }
    }

    /** Closes the open generation unless it is empty. */
    public void endGeneration() {
        if (endGenerationIfAny()) {
            whenGenerationCloses.run();
        }
    }

    /** As {@link #endGeneration}, but tells only the caller. */
    public boolean endGenerationIfAny() {
        boolean isClosed = false;
        synchronized (lock) {
            LogSegment<G> segment = active;
            Generation<G> generation = open;
            if (segment != null && generation != null) {
                if (segment.claimed() > 0 || generation.segments().size() > 1) {
                    segment.close();
                    closeGeneration(generation, segment);
                    activateFree(segment.base() + segment.end());
                    isClosed = true;
                }
            }
        }
        return isClosed;
    }

    /** Frees the oldest closed generation, which nobody may read any more. */
    public void release(Generation<G> generation) {
        List<Runnable> runnable;
        synchronized (lock) {
            if (closed.pollFirst() != generation) {
                throw new AssertionError("generations are released in order start=" + generation.start());
            }
            LogSegment<G> last = activeSegment();
            boolean isStarved = last.isClosed() && last.generation() == generation;
            long position = last.base() + last.end();
            for (LogSegment<G> segment : generation.segments()) {
                reuse(segment);
            }
            if (isStarved) {
                activateFree(position);
            }
            runnable = waiting;
            waiting = new ArrayList<>();
        }
        runnable.forEach(Runnable::run);
    }

    /** Takes a closed generation out of {@link #generations()}; the disk answers for it from now on. */
    public void hide(Generation<G> generation) {
        synchronized (lock) {
            List<Generation<G>> rest = new ArrayList<>(generations);
            rest.remove(generation);
            generations = List.copyOf(rest);
        }
    }

    /** Runs the callback once a claim may succeed again. */
    public void whenWritable(Runnable callback) {
        synchronized (lock) {
            LogSegment<G> segment = active;
            if (!free.isEmpty() || (segment != null && !segment.isClosed())) {
                // fall through: run it outside the lock
            } else {
                waiting.add(callback);
                return;
            }
        }
        callback.run();
    }

    /** Runs everything that waits for space, because there will be none or nobody needs it any more. */
    public void wakeWaiting() {
        List<Runnable> runnable;
        synchronized (lock) {
            runnable = waiting;
            waiting = new ArrayList<>();
        }
        runnable.forEach(Runnable::run);
    }

    /**
     * Takes a batch that was read from the journal.
     *
     * @return the generation that holds it, null when generations have to be released first
     */
    public @Nullable Generation<G> load(ByteBuffer batch, long position, long batchEpoch) {
        synchronized (lock) {
            LogSegment<G> segment = active;
            if (segment == null
                    || segment.epoch() != batchEpoch
                    || segment.base() + segment.claimed() != position
                    || segment.loadableBytes() < batch.remaining()) {
                if (segment != null) {
                    segment.close();
                    Generation<G> generation = open;
                    if (generation != null && generation.segments().size() >= config.segmentsPerGeneration()) {
                        closeGeneration(generation, segment);
                    }
                }
                LogSegment<G> taken = free.pollFirst();
                if (taken == null && allocated < config.segments()) {
                    taken = allocate(config.segmentBytes());
                    allocated++;
                }
                if (taken == null) {
                    return null;
                }
                if (taken.sizeBytes < batch.remaining()) {
                    // Written with larger segments than are configured now: a segment of its own, dropped when
                    // released.
                    free.addFirst(taken);
                    taken = allocate(batch.remaining());
                }
                epoch = batchEpoch;
                activate(taken, position);
                segment = taken;
            }
            segment.load(batch);
            return open;
        }
    }

    /** Begins to take records, after replay. */
    void begin(long position, long journalEpoch) {
        synchronized (lock) {
            epoch = journalEpoch;
            isBegun = true;
            unjournaled.clear();
            LogSegment<G> taken = free.pollFirst();
            if (taken == null) {
                taken = allocate(config.segmentBytes());
                allocated++;
            }
            activate(taken, position);
            allocateMore();
        }
    }

    /** The next segment for the journal to write. */
    @Nullable
    LogSegment<G> pollUnjournaled() {
        synchronized (lock) {
            return unjournaled.pollFirst();
        }
    }

    LogSegment<G> activeSegment() {
        LogSegment<G> segment = active;
        if (segment == null) {
            throw new AssertionError("the log buffer takes no records before replay has ended");
        }
        return segment;
    }

    private boolean advance(LogSegment<G> full) {
        boolean isClosed = false;
        boolean isAdvanced;
        synchronized (lock) {
            if (active != full) {
                return true;
            }
            full.close();
            Generation<G> generation = open;
            boolean isStarved = free.isEmpty() && closed.isEmpty() && allocated >= segmentsMax;
            if (generation != null && (isStarved || generation.segments().size() >= config.segmentsPerGeneration())) {
                closeGeneration(generation, full);
                isClosed = true;
            }
            isAdvanced = activateFree(full.base() + full.end());
        }
        if (isClosed) {
            whenGenerationCloses.run();
        }
        return isAdvanced;
    }

    @GuardedBy("lock")
    private boolean activateFree(long position) {
        LogSegment<G> segment = free.pollFirst();
        if (segment != null) {
            activate(segment, position);
        }
        allocateMore();
        return segment != null;
    }

    @GuardedBy("lock")
    private void activate(LogSegment<G> segment, long position) {
        Generation<G> generation = open;
        if (generation == null) {
            generation = new Generation<>(position, newContents.get());
            open = generation;
            List<Generation<G>> all = new ArrayList<>(generations.size() + 1);
            all.add(generation);
            all.addAll(generations);
            generations = List.copyOf(all);
        }
        List<LogSegment<G>> segments = new ArrayList<>(generation.segments());
        segments.add(segment);
        segment.activate(position, epoch, generation);
        generation.segments(segments);
        unjournaled.addLast(segment);
        active = segment;
    }

    @GuardedBy("lock")
    private void closeGeneration(Generation<G> generation, LogSegment<G> last) {
        generation.close(last.base() + last.end());
        closed.addLast(generation);
        open = null;
    }

    @GuardedBy("lock")
    private void reuse(LogSegment<G> segment) {
        if (segment.sizeBytes == config.segmentBytes()) {
            free.addLast(segment);
        }
    }

    @GuardedBy("lock")
    private void allocateMore() {
        if (isBegun && free.isEmpty() && allocated < segmentsMax && !isAllocating) {
            isAllocating = true;
            allocated++;
            allocationLane.execute(this::allocateOne);
        }
    }

    private void allocateOne() {
        @Nullable LogSegment<G> segment = null;
        @Nullable Throwable problem = null;
        try {
            segment = allocate(config.segmentBytes());
        } catch (RuntimeException | Error e) {
            problem = e;
        }
        List<Runnable> runnable;
        int segments;
        synchronized (lock) {
            isAllocating = false;
            if (segment == null) {
                allocated--;
                segmentsMax = allocated;
            } else {
                free.addLast(segment);
            }
            segments = allocated;
            runnable = waiting;
            waiting = new ArrayList<>();
        }
        if (problem != null) {
            LOG.error(
                    "no memory for the log buffer to grow, it stays as small as it is segments={} of={} segmentBytes={}",
                    segments,
                    config.segments(),
                    config.segmentBytes(),
                    problem);
        }
        runnable.forEach(Runnable::run);
    }

    private LogSegment<G> allocate(int bytes) {
        return new LogSegment<>(memory.apply(bytes));
    }
}
