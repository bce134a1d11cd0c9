package io.dlog.bookie.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A small file that is replaced whole: temporary file, sync, rename, sync of the directory. After a crash it holds either the
 * old content or the new. Thread: one writer at a time.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** Replaces the content of {@code path}; durable on return. */
    public static void write(FileSystem files, Path path, byte[] content) throws IOException {
        Path directory = parent(path);
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        if (files.exists(temporary)) {
            files.delete(temporary);
        }
        try (StorageFile file = files.open(temporary, OpenMode.BUFFERED)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        files.rename(temporary, path);
        files.syncDirectory(directory);
    }

    /** The content of {@code path}, at most {@code bytesMax} long. */
    public static byte[] read(FileSystem files, Path path, int bytesMax) throws IOException {
        try (StorageFile file = files.open(path, OpenMode.READ)) {
            long size = file.size();
            if (size > bytesMax) {
                throw new IOException("file too long file=" + path + " bytes=" + size + " bytesMax=" + bytesMax);
            }
            byte[] content = new byte[(int) size];
            if (file.read(ByteBuffer.wrap(content), 0) != content.length) {
                throw new EOFException("file ends early file=" + path + " bytes=" + size);
            }
            return content;
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("a path without directory: " + path);
        }
        return parent;
    }
}
