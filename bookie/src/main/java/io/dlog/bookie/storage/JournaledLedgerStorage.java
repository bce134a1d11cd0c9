package io.dlog.bookie.storage;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.index.IndexStore;
import io.dlog.bookie.index.StorageMeta;
import io.dlog.bookie.journal.Claim;
import io.dlog.bookie.journal.Generation;
import io.dlog.bookie.journal.Journal;
import io.dlog.bookie.journal.JournalFormat;
import io.dlog.bookie.journal.JournalReplay;
import io.dlog.bookie.journal.LogBuffer;
import io.dlog.bookie.journal.WhenDurable;
import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.protocol.MasterKey;
import io.dlog.time.Randomness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ledger storage over a log buffer, a journal and sorted entry logs.
 *
 * <pre>
 *   log…()  → log buffer ──journal lane──→ journal files      acknowledged from here on
 *                 │
 *                 └─────────flush lane──→ entry logs + index   journal files are recycled behind it
 *
 *   read()  ← log buffer, generation by generation, newest first; then index and entry log
 * </pre>
 *
 * <p>The first error of a write to journal, log or index ends all writing for good: nothing is acknowledged any more, what
 * is in memory can still be read, and the next start replays the journal.
 *
 * <p>Thread: safe, because each part says how it is; order between fence and add of one ledger is the caller's.
 */
public final class JournaledLedgerStorage implements LedgerStorage {
    private static final Logger LOG = LoggerFactory.getLogger(JournaledLedgerStorage.class);

    /** ledgerId, entryId and LAC, with which every entry starts. */
    private static final int ENTRY_PREFIX_BYTES = 24;

    /** A ledger or page of a generation's tables takes about as much heap as this much of the log buffer. */
    private static final int BYTES_PER_TABLE = 512;

    private final StorageConfig config;
    private final List<LedgerDirectory> directories;
    private final LogBuffer<LedgerTables> buffer;
    private final Checkpoint checkpoint;
    private final Journal journal;
    private final Lane flushLane;
    private final int tableWeightMax;
    private final ReaderGate readers = new ReaderGate();
    private final CompletableFuture<Throwable> failed;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean isClosing = new AtomicBoolean();
    private volatile boolean isRefusing;

    /** Owned by the flush lane: whether it waits for the journal. */
    private boolean isWaitingForJournal;

    /** Owned by the flush lane. */
    private boolean isClosed;

    private JournaledLedgerStorage(
            StorageConfig config,
            List<LedgerDirectory> directories,
            LogBuffer<LedgerTables> buffer,
            Checkpoint checkpoint,
            Journal journal,
            Lane flushLane,
            CompletableFuture<Throwable> failed) {
        this.config = config;
        this.directories = directories;
        this.buffer = buffer;
        this.checkpoint = checkpoint;
        this.journal = journal;
        this.flushLane = flushLane;
        this.failed = failed;
        this.tableWeightMax = (int)
                Math.max(1024, Math.min(Integer.MAX_VALUE, config.logBuffer().totalBytes() / 4 / BYTES_PER_TABLE));
    }

    /**
     * Opens the storage, replays the journal and flushes what it held. Blocks for as long as that takes.
     *
     * @throws IOException when the disks hold something other than what they should; the message says what to do
     */
    public static JournaledLedgerStorage open(
            FileSystem files,
            IndexStore.Factory indexes,
            StorageConfig config,
            Scheduler scheduler,
            Randomness randomness)
            throws IOException {
        List<LedgerDirectory> directories = new ArrayList<>();
        boolean isOpen = false;
        try {
            files.createDirectories(config.journal().directory());
            for (int i = 0; i < config.ledgerDirectories().size(); i++) {
                Path path = config.ledgerDirectories().get(i);
                Path indexPath = config.indexDirectories().get(i);
                files.createDirectories(path);
                files.createDirectories(indexPath);
                directories.add(new LedgerDirectory(files, path, indexes.open(indexPath), config.entryLogBytes()));
            }
            StorageMeta meta = begin(files, config, directories, randomness);
            Lane allocationLane = scheduler.blockingLane("log-buffer");
            LogBuffer<LedgerTables> buffer = new LogBuffer<>(config.logBuffer(), allocationLane, LedgerTables::new);
            Checkpoint checkpoint = new Checkpoint(buffer, directories);
            JournalReplay replay = new JournalReplay(files, config.journal(), meta.instanceId());
            long end = replay.run(meta.checkpoint(), new Replayed(buffer, checkpoint));
            buffer.endGeneration();
            flushAll(buffer, checkpoint);
            LOG.info(
                    "journal replayed directory={} from={} to={}",
                    config.journal().directory(),
                    meta.checkpoint(),
                    end);
            CompletableFuture<Throwable> failed = new CompletableFuture<>();
            Journal journal = replay.open(
                    buffer,
                    config.logBuffer(),
                    scheduler.blockingLane("journal"),
                    scheduler.blockingLane("journal-files"),
                    scheduler.clock(),
                    randomness.nextLong(),
                    failed::complete);
            JournaledLedgerStorage storage = new JournaledLedgerStorage(
                    config, directories, buffer, checkpoint, journal, scheduler.blockingLane("flush"), failed);
            storage.start();
            isOpen = true;
            return storage;
        } finally {
            if (!isOpen) {
                for (LedgerDirectory directory : directories) {
                    directory.close();
                }
            }
        }
    }

    private static StorageMeta begin(
            FileSystem files, StorageConfig config, List<LedgerDirectory> directories, Randomness randomness)
            throws IOException {
        @Nullable StorageMeta oldest = null;
        for (LedgerDirectory directory : directories) {
            StorageMeta meta = directory.meta();
            if (meta != null && oldest != null && meta.instanceId() != oldest.instanceId()) {
                throw new IOException("ledger directory of another bookie directory=" + directory.path()
                        + "; put the right disk back");
            }
            if (meta != null && (oldest == null || meta.checkpoint() < oldest.checkpoint())) {
                oldest = meta;
            }
        }
        if (oldest == null) {
            if (JournalReplay.isPresent(files, config.journal())) {
                throw new IOException("index is missing but there is a journal directory="
                        + config.journal().directory()
                        + "; put the index back, or retire this bookie and have its ledgers re-replicated");
            }
            oldest = new StorageMeta(randomness.nextLong(), 0);
        }
        for (LedgerDirectory directory : directories) {
            directory.begin(oldest);
        }
        return oldest;
    }

    private void start() {
        buffer.whenGenerationCloses(this::flushSoon);
        CompletableFuture<Void> unused = failed.thenAccept(reason -> {
            isRefusing = true;
            buffer.wakeWaiting();
        });
        scheduleFlush();
    }

    /** Completes with the reason once nothing is acknowledged any more because a write failed. */
    public CompletableFuture<Throwable> failed() {
        return failed.copy();
    }

    @Override
    public long logAdd(long ledgerId, long entryId, ByteBuf entry) {
        int start = entry.readerIndex();
        int bytes = entry.readableBytes();
        if (bytes < ENTRY_PREFIX_BYTES
                || entryId < 0
                || ledgerId < 0
                || entry.getLong(start) != ledgerId
                || entry.getLong(start + Long.BYTES) != entryId) {
            throw new IllegalArgumentException(
                    "bytes are not that entry's ledger=" + ledgerId + " entry=" + entryId + " bytes=" + bytes);
        }
        if (isRefusing) {
            return FAILED;
        }
        Claim<LedgerTables> claim = buffer.claim(bytes);
        if (claim == null) {
            return BUSY;
        }
        claim.putBytes(entry);
        claim.finish(JournalFormat.ADD);
        LedgerTables tables = claim.generation().contents();
        int pages = tables.findOrAdd(ledgerId).publishEntry(claim, entryId, entry.getLong(start + 2 * Long.BYTES));
        long end = claim.end();
        if (pages > 0) {
            boundTables(tables, pages);
        }
        return end;
    }

    @Override
    public long logMasterKey(long ledgerId, MasterKey key) {
        return logState(ledgerId, JournalFormat.MASTER_KEY, key.bytes(), state -> state.withKey(key));
    }

    @Override
    public long logFence(long ledgerId) {
        return logState(ledgerId, JournalFormat.FENCE, new byte[0], LedgerState::fenced);
    }

    @Override
    public long logExplicitLac(long ledgerId, ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), bytes);
        return logState(ledgerId, JournalFormat.EXPLICIT_LAC, bytes, state -> state.withExplicitLac(bytes));
    }

    private long logState(long ledgerId, byte type, byte[] body, UnaryOperator<LedgerState> change) {
        if (ledgerId < 0) {
            throw new IllegalArgumentException("negative ledger=" + ledgerId);
        }
        if (isRefusing) {
            return FAILED;
        }
        Claim<LedgerTables> claim = buffer.claim(Long.BYTES + body.length);
        if (claim == null) {
            return BUSY;
        }
        claim.putLong(ledgerId);
        claim.putBytes(body);
        claim.finish(type);
        LedgerTables tables = claim.generation().contents();
        tables.findOrAdd(ledgerId).publishState(claim, change);
        long end = claim.end();
        boundTables(tables, 0);
        return end;
    }

    private void boundTables(LedgerTables tables, int pages) {
        if (tables.grow(pages) > tableWeightMax && tables.takeOverweight()) {
            buffer.endGeneration();
        }
    }

    @Override
    public long position() {
        return buffer.position();
    }

    @Override
    public void whenDurable(long position, WhenDurable callback) {
        journal.whenDurable(position, callback);
    }

    @Override
    public void whenWritable(Runnable callback) {
        if (isRefusing) {
            callback.run();
            return;
        }
        buffer.whenWritable(callback);
        if (isRefusing) {
            // Refused between the two: whoever waits is told, and finds FAILED.
            buffer.wakeWaiting();
        }
    }

    @Override
    public @Nullable LedgerRecord ledger(long ledgerId) throws StorageException {
        readers.enter();
        try {
            // Memory before disk: what is flushed in between is found on disk.
            List<LedgerState> inMemory = new ArrayList<>();
            for (Generation<LedgerTables> generation : buffer.generations()) {
                LedgerTable table = generation.contents().find(ledgerId);
                if (table != null) {
                    inMemory.add(table.state());
                }
            }
            @Nullable LedgerState state = null;
            for (LedgerDirectory directory : directories) {
                LedgerState found = directory.find(ledgerId);
                if (found != null) {
                    state = state == null ? found : state.and(found);
                }
            }
            for (int i = inMemory.size() - 1; i >= 0; i--) {
                state = state == null ? inMemory.get(i) : state.and(inMemory.get(i));
            }
            return state == null
                    ? null
                    : new LedgerRecord(
                            ledgerId,
                            state.masterKey(),
                            state.isFenced(),
                            state.explicitLac(),
                            state.lastAddConfirmed());
        } catch (IOException e) {
            throw new StorageException("ledger unreadable ledger=" + ledgerId, e);
        } finally {
            readers.leave();
        }
    }

    @Override
    public @Nullable ByteBuf readFromMemory(long ledgerId, long entryId) {
        List<Generation<LedgerTables>> generations = buffer.generations();
        for (int i = 0; i < generations.size(); i++) {
            Generation<LedgerTables> generation = generations.get(i);
            LedgerTable table = generation.contents().find(ledgerId);
            ByteBuf entry = table == null ? null : table.read(generation, entryId, PooledByteBufAllocator.DEFAULT);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    @Override
    public @Nullable ByteBuf read(long ledgerId, long entryId) throws StorageException {
        readers.enter();
        try {
            ByteBuf entry = readFromMemory(ledgerId, entryId);
            for (int i = 0; i < directories.size() && entry == null; i++) {
                entry = directories.get(i).read(ledgerId, entryId, PooledByteBufAllocator.DEFAULT);
            }
            return entry;
        } catch (IOException e) {
            throw new StorageException("entry unreadable ledger=" + ledgerId + " entry=" + entryId, e);
        } finally {
            readers.leave();
        }
    }

    @Override
    public long lastEntryId(long ledgerId) throws StorageException {
        readers.enter();
        try {
            long last = -1;
            for (Generation<LedgerTables> generation : buffer.generations()) {
                LedgerTable table = generation.contents().find(ledgerId);
                last = table == null ? last : Math.max(last, table.lastEntryId());
            }
            for (LedgerDirectory directory : directories) {
                last = Math.max(last, directory.lastEntryId(ledgerId));
            }
            return last;
        } catch (IOException e) {
            throw new StorageException("last entry unknown ledger=" + ledgerId, e);
        } finally {
            readers.leave();
        }
    }

    @Override
    public long[] entryIds(long ledgerId) throws StorageException {
        readers.enter();
        try {
            long[] ids = {};
            for (Generation<LedgerTables> generation : buffer.generations()) {
                LedgerTable table = generation.contents().find(ledgerId);
                ids = table == null ? ids : union(ids, table.entryIds());
            }
            for (LedgerDirectory directory : directories) {
                ids = union(ids, directory.entryIds(ledgerId));
            }
            return ids;
        } catch (IOException e) {
            throw new StorageException("entries unknown ledger=" + ledgerId, e);
        } finally {
            readers.leave();
        }
    }

    private static long[] union(long[] a, long[] b) {
        long[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        Arrays.sort(all);
        int count = 0;
        for (int i = 0; i < all.length; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[count++] = all[i];
            }
        }
        return Arrays.copyOf(all, count);
    }

    /**
     * Stops taking records, flushes, and closes all files. Completes once that is done; fails when the last flush did, and then
     * the next start replays the journal.
     */
    public CompletableFuture<Void> close() {
        if (isClosing.compareAndSet(false, true)) {
            isRefusing = true;
            buffer.wakeWaiting();
            flushLane.execute(this::flush);
        }
        return closed.copy();
    }

    private void scheduleFlush() {
        Lane.Timer unused = flushLane.schedule(
                () -> {
                    if (!isClosed && !failed.isDone()) {
                        buffer.endGeneration();
                        scheduleFlush();
                    }
                },
                config.flushInterval());
    }

    private void flushSoon() {
        flushLane.execute(this::flush);
    }

    private void flush() {
        if (isClosed) {
            return;
        }
        if (failed.isDone()) {
            if (isClosing.get()) {
                // What is in memory alone was not flushed: not a clean end, whatever else goes well.
                finish(failed.getNow(null));
            }
            return;
        }
        Generation<LedgerTables> generation = buffer.oldestClosed();
        if (generation == null && isClosing.get() && buffer.endGenerationIfAny()) {
            generation = buffer.oldestClosed();
        }
        if (generation == null) {
            if (isClosing.get()) {
                seal();
            }
            return;
        }
        if (journal.durablePosition() < generation.end()) {
            waitForJournal(generation.end());
            return;
        }
        try {
            checkpoint.flush(generation);
            journal.checkpointed(generation.end());
            flushSoon();
        } catch (IOException | RuntimeException | Error e) {
            journal.fail(e);
            flushSoon();
        }
    }

    private void waitForJournal(long position) {
        if (isWaitingForJournal) {
            return;
        }
        isWaitingForJournal = true;
        Runnable resume = () -> {
            isWaitingForJournal = false;
            flush();
        };
        journal.whenDurable(position, new WhenDurable() {
            @Override
            public void onDurable() {
                flushLane.execute(resume);
            }

            @Override
            public void onJournalFailed() {
                flushLane.execute(resume);
            }
        });
    }

    private void seal() {
        try {
            for (LedgerDirectory directory : directories) {
                directory.sealCurrentLog();
            }
            finish(null);
        } catch (IOException | RuntimeException e) {
            finish(e);
        }
    }

    private void finish(@Nullable Throwable problem) {
        isClosed = true;
        journal.close(() -> readers.close(() -> {
            @Nullable Throwable first = problem;
            for (LedgerDirectory directory : directories) {
                try {
                    directory.close();
                } catch (IOException | RuntimeException e) {
                    first = first == null ? e : first;
                }
            }
            if (first == null && !failed.isDone()) {
                LOG.info("storage closed journal={}", config.journal().directory());
            }
            if (first == null) {
                closed.complete(null);
            } else {
                closed.completeExceptionally(first);
            }
        }));
    }

    private static void flushAll(LogBuffer<LedgerTables> buffer, Checkpoint checkpoint) throws IOException {
        for (Generation<LedgerTables> generation = buffer.oldestClosed();
                generation != null;
                generation = buffer.oldestClosed()) {
            checkpoint.flush(generation);
        }
    }

    /** Takes what replay reads. Thread: owned by the thread that starts. */
    private static final class Replayed implements JournalReplay.BatchSink {
        private final LogBuffer<LedgerTables> buffer;
        private final Checkpoint checkpoint;

        Replayed(LogBuffer<LedgerTables> buffer, Checkpoint checkpoint) {
            this.buffer = buffer;
            this.checkpoint = checkpoint;
        }

        @Override
        public void accept(ByteBuffer batch, long position, long epoch) throws IOException {
            Generation<LedgerTables> generation = buffer.load(batch.duplicate(), position, epoch);
            while (generation == null) {
                buffer.endGeneration();
                flushAll(buffer, checkpoint);
                generation = buffer.load(batch.duplicate(), position, epoch);
            }
            ReplayedRecords.enter(generation, batch, position, epoch);
        }
    }
}
