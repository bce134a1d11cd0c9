package io.dlog.bookie.disk;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's disks.
 *
 * <p>Direct I/O ({@code O_DIRECT}, with {@code O_DSYNC} for {@link OpenMode#DURABLE}) where a directory's file system takes
 * it, found out once a directory by writing one block; elsewhere (tmpfs, some overlays and network mounts) buffered writes
 * and {@code fdatasync}, which the log says.
 *
 * <p>Thread: safe, because it only remembers the probes' results.
 */
public final class DiskFileSystem implements FileSystem {
    private static final Logger LOG = LoggerFactory.getLogger(DiskFileSystem.class);

    private final Map<Path, Boolean> directByDirectory = new ConcurrentHashMap<>();

    @Override
    public StorageFile open(Path path, OpenMode mode) throws IOException {
        Set<OpenOption> options = new HashSet<>();
        boolean isSyncedEachWrite = false;
        switch (mode) {
            case READ -> options.add(StandardOpenOption.READ);
            case BUFFERED -> {
                options.add(StandardOpenOption.WRITE);
                options.add(StandardOpenOption.CREATE);
            }
            case DIRECT -> {
                options.add(StandardOpenOption.WRITE);
                options.add(StandardOpenOption.CREATE);
                if (isDirect(path)) {
                    options.add(ExtendedOpenOption.DIRECT);
                }
            }
            case DURABLE -> {
                options.add(StandardOpenOption.WRITE);
                if (isDirect(path)) {
                    options.add(ExtendedOpenOption.DIRECT);
                    options.add(StandardOpenOption.DSYNC);
                } else {
                    isSyncedEachWrite = true;
                }
            }
        }
        return new DiskFile(path, FileChannel.open(path, options), isSyncedEachWrite);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectories(directory);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    private boolean isDirect(Path path) {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException("a path without directory: " + path);
        }
        return directByDirectory.computeIfAbsent(directory, DiskFileSystem::probe);
    }

    private static boolean probe(Path directory) {
        Path file = directory.resolve(".probe-direct-" + ProcessHandle.current().pid());
        try {
            try (FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DSYNC,
                    ExtendedOpenOption.DIRECT)) {
                channel.write(AlignedMemory.allocate(BLOCK_BYTES), 0);
            } finally {
                Files.deleteIfExists(file);
            }
            LOG.info("direct writes in use directory={}", directory);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("no direct writes here, using buffered writes and fdatasync directory={}", directory, e);
            return false;
        }
    }

    /** Thread: reads safe, because positional reads of a channel are; else one owner. */
    private static final class DiskFile implements StorageFile {
        private final Path path;
        private final FileChannel channel;
        private final boolean isSyncedEachWrite;

        DiskFile(Path path, FileChannel channel, boolean isSyncedEachWrite) {
            this.path = path;
            this.channel = channel;
            this.isSyncedEachWrite = isSyncedEachWrite;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            long at = offset;
            while (source.hasRemaining()) {
                int written = channel.write(source, at);
                if (written <= 0) {
                    throw new EOFException("write made no progress file=" + path + " offset=" + at);
                }
                at += written;
            }
            if (isSyncedEachWrite) {
                channel.force(false);
            }
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int count = channel.read(target, offset + total);
                if (count < 0) {
                    break;
                }
                total += count;
            }
            return total;
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
