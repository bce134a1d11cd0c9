package io.dlog.bookie.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The port through which the bookie's storage touches disks. Adapters: {@link DiskFileSystem}; in tests a simulated one that
 * loses power.
 *
 * <p>Creating, renaming and deleting are durable only after {@link #syncDirectory} of the parent.
 *
 * <p>Thread: safe.
 */
public interface FileSystem {
    /** Unit of aligned writes, in bytes: offsets, lengths and memory addresses are multiples of it. */
    int BLOCK_BYTES = 4096;

    /** Opens a file. */
    StorageFile open(Path path, OpenMode mode) throws IOException;

    /** Whether a file or directory is there. */
    boolean exists(Path path) throws IOException;

    /** Makes a directory and its missing parents, durably. */
    void createDirectories(Path directory) throws IOException;

    /** The files of a directory, by name. */
    List<Path> list(Path directory) throws IOException;

    /** Renames atomically, replacing {@code to}; both lie in one directory. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file, which must exist. */
    void delete(Path path) throws IOException;

    /** Makes earlier creations, renames and deletions in a directory durable. */
    void syncDirectory(Path directory) throws IOException;

    /** Free bytes on the directory's file system that this process may use. */
    long usableBytes(Path directory) throws IOException;
}
