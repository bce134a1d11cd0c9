package io.dlog.bookie.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import io.dlog.concurrent.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a journal: the next one is prepared, under its final name and with the directory synced, while the current one
 * is written; those behind the checkpoint are recycled.
 *
 * <p>Thread: safe, because what lanes share is guarded by a leaf lock; files are prepared and recycled on one blocking lane.
 */
final class JournalFiles {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFiles.class);
    private static final int ZERO_CHUNK_BYTES = 1 << 20;

    private final FileSystem files;
    private final JournalConfig config;
    private final int fileBytesLeast;
    private final Lane lane;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable JournalFile ready;

    @GuardedBy("lock")
    private @Nullable Throwable failure;

    @GuardedBy("lock")
    private @Nullable Runnable whenReady;

    @GuardedBy("lock")
    private boolean isClosed;

    /** Files that hold batches, oldest first; the last one is the current. */
    @GuardedBy("lock")
    private final Deque<Begun> begun = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Deque<Spare> spare = new ArrayDeque<>();

    /** Owned by the lane. */
    private long nextSequence;

    /** Owned by the lane. */
    private long nextBytes;

    /** A file that holds batches. Thread: immutable. */
    record Begun(Path path, long firstPosition, long bytes) {}

    private record Spare(Path path, long bytes) {}

    JournalFiles(
            FileSystem files, JournalConfig config, int segmentBytes, Lane lane, long nextSequence, List<Begun> kept) {
        this.files = files;
        this.config = config;
        this.fileBytesLeast = segmentBytes + JournalFormat.HEADER_BYTES;
        this.lane = lane;
        this.nextSequence = nextSequence;
        this.nextBytes = Math.max(config.firstFileBytes(), fileBytesLeast);
        synchronized (lock) {
            begun.addAll(kept);
        }
    }

    /** Prepares the first file; at start, on the caller's thread. */
    void open() throws IOException {
        JournalFile file = prepare();
        synchronized (lock) {
            ready = file;
        }
    }

    /**
     * The next file, from now on the current one, its header durable; null when it is not ready and the callback is run once
     * it is.
     */
    @Nullable
    JournalFile begin(JournalFormat.FileHeader header, ByteBuffer block, Runnable callback) throws IOException {
        JournalFile file;
        synchronized (lock) {
            if (failure != null) {
                throw new IOException("no next journal file", failure);
            }
            file = ready;
            if (file == null) {
                whenReady = callback;
                return null;
            }
            ready = null;
        }
        JournalFormat.writeFileHeader(
                block,
                new JournalFormat.FileHeader(
                        file.sequence(),
                        header.epoch(),
                        header.instanceId(),
                        header.firstPosition(),
                        header.firstBatch(),
                        header.previousSealCrc()));
        file.file().write(block.clear(), 0);
        synchronized (lock) {
            begun.addLast(new Begun(file.path(), header.firstPosition(), file.bytes()));
        }
        lane.execute(this::prepareNext);
        return file;
    }

    /** Everything before {@code position} is in entry logs: its files may be used again. */
    void checkpointed(long position) {
        lane.execute(() -> recycle(position));
    }

    /** Closes the file that was prepared and never begun. */
    void close() {
        JournalFile file;
        synchronized (lock) {
            isClosed = true;
            file = ready;
            ready = null;
        }
        if (file != null) {
            close(file);
        }
    }

    private static void close(JournalFile file) {
        try {
            file.file().close();
        } catch (IOException e) {
            LOG.warn("journal file not closed file={}", file.path(), e);
        }
    }

    private void recycle(long position) {
        synchronized (lock) {
            while (begun.size() > 1) {
                Begun oldest = begun.removeFirst();
                if (begun.getFirst().firstPosition() > position) {
                    begun.addFirst(oldest);
                    break;
                }
                spare.addLast(new Spare(oldest.path(), oldest.bytes()));
            }
        }
        try {
            deleteSuperfluous();
        } catch (IOException e) {
            LOG.warn("old journal file not deleted, tried again at the next start directory={}", config.directory(), e);
        }
    }

    private void deleteSuperfluous() throws IOException {
        boolean isChanged = false;
        while (true) {
            Spare superfluous;
            synchronized (lock) {
                superfluous = spare.size() > config.spareFiles() ? spare.pollFirst() : null;
            }
            if (superfluous == null) {
                break;
            }
            files.delete(superfluous.path());
            isChanged = true;
        }
        if (isChanged) {
            files.syncDirectory(config.directory());
        }
    }

    private void prepareNext() {
        @Nullable JournalFile file = null;
        @Nullable Throwable problem = null;
        try {
            file = prepare();
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it was, also want of memory: the journal must hear of it, or adds wait for this file for ever.
            problem = e;
        }
        Runnable callback;
        boolean isTooLate;
        synchronized (lock) {
            isTooLate = isClosed;
            ready = isTooLate ? null : file;
            failure = problem;
            callback = whenReady;
            whenReady = null;
        }
        if (isTooLate && file != null) {
            close(file);
        }
        if (callback != null) {
            callback.run();
        }
    }

    private JournalFile prepare() throws IOException {
        Path path = config.directory().resolve(JournalFormat.fileName(nextSequence));
        Spare recycled;
        synchronized (lock) {
            do {
                recycled = spare.pollLast();
            } while (recycled != null && recycled.bytes() < fileBytesLeast);
        }
        long bytes;
        if (recycled != null) {
            files.rename(recycled.path(), path);
            bytes = recycled.bytes();
        } else {
            bytes = nextBytes;
            nextBytes = Math.max(Math.min(2 * nextBytes, config.fileBytes()), fileBytesLeast);
            writeZeros(path, bytes);
        }
        files.syncDirectory(config.directory());
        JournalFile file = new JournalFile(nextSequence, path, files.open(path, OpenMode.DURABLE), bytes);
        nextSequence++;
        return file;
    }

    private void writeZeros(Path path, long bytes) throws IOException {
        ByteBuffer zeros = AlignedMemory.allocate((int) Math.min(bytes, ZERO_CHUNK_BYTES));
        try (StorageFile file = files.open(path, OpenMode.DIRECT)) {
            for (long at = 0; at < bytes; at += zeros.capacity()) {
                file.write(zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at)), at);
            }
            file.sync();
        }
    }
}
