package io.dlog.bookie.testing;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A file system that forgets to sync, as a flaw says. Thread: as safe as the one below. */
final class FlawedFileSystem implements FileSystem {
    private final FileSystem files;
    private final Path logs;
    private final BookieFlaw flaw;

    /** @param logs where entry logs lie */
    FlawedFileSystem(FileSystem files, Path logs, BookieFlaw flaw) {
        this.files = files;
        this.logs = logs;
        this.flaw = flaw;
    }

    @Override
    public StorageFile open(Path path, OpenMode mode) throws IOException {
        if (flaw == BookieFlaw.JOURNAL_WRITES_ARE_NOT_DURABLE && mode == OpenMode.DURABLE) {
            return files.open(path, OpenMode.DIRECT);
        }
        StorageFile file = files.open(path, mode);
        return flaw == BookieFlaw.INDEX_AHEAD_OF_ENTRY_LOG && path.startsWith(logs) ? new Unsynced(file) : file;
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return files.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        files.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        files.syncDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return files.usableBytes(directory);
    }

    /** Thread: as safe as the one below. */
    private record Unsynced(StorageFile file) implements StorageFile {
        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            file.write(source, offset);
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void sync() {
            // The flaw.
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
