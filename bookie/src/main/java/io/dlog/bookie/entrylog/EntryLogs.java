package io.dlog.bookie.entrylog;

import io.dlog.bookie.disk.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The entry logs of one ledger directory, for reading; each is opened once, when first read.
 *
 * <p>Thread: safe, because the open logs are in a concurrent map; the owner closes it after its last reader.
 */
public final class EntryLogs implements Closeable {
    private final FileSystem files;
    private final Path directory;
    private final Map<Long, EntryLogReader> open = new ConcurrentHashMap<>();

    public EntryLogs(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /** See {@link EntryLogReader#read}. */
    public void read(long ledgerId, EntryLocation location, ByteBuffer target) throws IOException {
        EntryLogReader reader = open.get(location.logId());
        if (reader == null) {
            EntryLogReader opened = EntryLogReader.open(files, directory, location.logId());
            reader = open.putIfAbsent(location.logId(), opened);
            if (reader == null) {
                reader = opened;
            } else {
                opened.close();
            }
        }
        reader.read(ledgerId, location, target);
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
        for (EntryLogReader reader : open.values()) {
            reader.close();
        }
    }
}
