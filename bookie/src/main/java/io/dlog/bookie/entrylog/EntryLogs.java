package io.dlog.bookie.entrylog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.bookie.disk.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry logs of one ledger directory, for reading; each is opened when first read.
 *
 * <p>Bound: {@link #OPEN_LOGS_MAX} stay open; above it the one that was read longest ago is closed, once nobody reads from
 * it, and opened again when it is asked for.
 *
 * <p>Thread: safe, because the open logs and who reads from them are guarded by a leaf lock, never held over I/O; the owner
 * closes it after its last reader.
 */
public final class EntryLogs implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EntryLogs.class);

    /** Well below the 1024 files that a process may often open, with room for connections. */
    static final int OPEN_LOGS_MAX = 256;

    private static final int INITIAL_CAPACITY = 16;
    private static final float LOAD_FACTOR = 0.75f;

    private final FileSystem files;
    private final Path directory;
    private final int openMax;
    private final Object lock = new Object();

    /** Read longest ago first. */
    @GuardedBy("lock")
    private final Map<Long, Open> open = new LinkedHashMap<>(INITIAL_CAPACITY, LOAD_FACTOR, true);

    /** Thread: guarded by the lock of the logs, but for the reader, which is safe. */
    private static final class Open {
        final EntryLogReader reader;
        int users = 1;
        boolean isPutAway;

        Open(EntryLogReader reader) {
            this.reader = reader;
        }
    }

    public EntryLogs(FileSystem files, Path directory) {
        this(files, directory, OPEN_LOGS_MAX);
    }

    /** @param openMax how many logs stay open while nobody reads from them, at least 1 */
    EntryLogs(FileSystem files, Path directory, int openMax) {
        this.files = files;
        this.directory = directory;
        this.openMax = openMax;
    }

    /** See {@link EntryLogReader#read}. */
    public void read(long ledgerId, EntryLocation location, ByteBuffer target) throws IOException {
        Open log = borrow(location.logId());
        try {
            log.reader.read(ledgerId, location, target);
        } finally {
            giveBack(log);
        }
    }

    private Open borrow(long logId) throws IOException {
        synchronized (lock) {
            Open present = open.get(logId);
            if (present != null) {
                present.users++;
                return present;
            }
        }
        EntryLogReader reader = EntryLogReader.open(files, directory, logId);
        Open borrowed;
        @Nullable EntryLogReader superfluous;
        synchronized (lock) {
            Open present = open.get(logId);
            if (present != null) {
                present.users++;
                borrowed = present;
                superfluous = reader;
            } else {
                borrowed = new Open(reader);
                open.put(logId, borrowed);
                superfluous = putOldestAway();
            }
        }
        close(superfluous);
        return borrowed;
    }

    /** What to close now, null when there is nothing. */
    @GuardedBy("lock")
    private @Nullable EntryLogReader putOldestAway() {
        if (open.size() <= openMax) {
            return null;
        }
        Iterator<Open> oldestFirst = open.values().iterator();
        Open oldest = oldestFirst.next();
        oldestFirst.remove();
        oldest.isPutAway = true;
        return oldest.users == 0 ? oldest.reader : null;
    }

    private void giveBack(Open log) {
        boolean isLast;
        synchronized (lock) {
            log.users--;
            isLast = log.isPutAway && log.users == 0;
        }
        if (isLast) {
            close(log.reader);
        }
    }

    private void close(@Nullable EntryLogReader reader) {
        if (reader == null) {
            return;
        }
        try {
            reader.close();
        } catch (IOException e) {
            LOG.warn("entry log not closed directory={}", directory, e);
        }
    }

    /** Highest id among the logs that lie in the directory, -1 when there are none. */
    public long lastLogId() throws IOException {
        long last = -1;
        for (Path path : files.list(directory)) {
            last = Math.max(last, EntryLogFormat.logId(String.valueOf(path.getFileName())));
        }
        return last;
    }

    @Override
    public void close() throws IOException {
        List<Open> last;
        synchronized (lock) {
            last = List.copyOf(open.values());
            open.clear();
        }
        for (Open log : last) {
            log.reader.close();
        }
    }
}
