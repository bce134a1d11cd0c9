package io.dlog.bookie.testing;

import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that loses power.
 *
 * <p>Each block has a durable version and perhaps a pending one. {@link OpenMode#DURABLE} writes are durable when they
 * return, others after a sync; names are durable after a sync of their directory. {@link #crash} keeps, loses or tears (by
 * sectors of 512 bytes) each pending block and keeps a prefix of each directory's pending changes. Operations that change
 * something are counted, and the n-th can fail or be the moment the power goes.
 *
 * <p>Thread: safe, because of one lock.
 */
public final class SimulatedFileSystem implements FileSystem {
    private static final int SECTOR_BYTES = 512;

    private final Map<Path, Node> names = new TreeMap<>();
    private final Map<Path, Node> durableNames = new TreeMap<>();
    private final Map<Path, List<Change>> pendingNames = new HashMap<>();
    private final Set<Path> directories = new HashSet<>();
    private long operations;
    private int openFiles;
    private long faultAt = -1;
    private Fault fault = Fault.NONE;
    private boolean isOff;

    /** What happens to the chosen operation. */
    public enum Fault {
        NONE,
        /** It fails without effect; later ones work. */
        ERROR,
        /** The JVM has no memory for it; it fails without effect. */
        OUT_OF_MEMORY,
        /** A write reaches the disk in part, then it and everything later fails. */
        POWER_LOSS
    }

    private static final class Node {
        final TreeMap<Long, byte[]> durable = new TreeMap<>();
        final TreeMap<Long, byte[]> pending = new TreeMap<>();
        long size;
        long durableSize;
    }

    private record Change(
            @Nullable Path removed,
            @Nullable Path added,
            @Nullable Node node) {}

    /** Lets the {@code n}-th operation from now on (1 is the next) suffer a fault. */
    public synchronized void failAt(long n, Fault kind) {
        faultAt = operations + n;
        fault = kind;
    }

    /** Operations so far that changed something. */
    public synchronized long operations() {
        return operations;
    }

    /** Files that were opened and not closed yet. */
    public synchronized int openFiles() {
        return openFiles;
    }

    /** Whether the power is off. */
    public synchronized boolean isOff() {
        return isOff;
    }

    /** Turns the power off now. */
    public synchronized void powerOff() {
        isOff = true;
    }

    /** Counts an operation of another simulated device on the same power line; it fails as those of files do. */
    public synchronized boolean operate() throws IOException {
        return enter();
    }

    /** What is on the disk after the power went: a new file system. */
    public synchronized SimulatedFileSystem crash(long seed) {
        isOff = true;
        return ifCrashed(seed);
    }

    /** What would be on the disk if the power went now; it stays on. */
    public synchronized SimulatedFileSystem ifCrashed(long seed) {
        Random random = new Random(seed);
        SimulatedFileSystem after = new SimulatedFileSystem();
        after.directories.addAll(directories);
        Map<Path, Node> survivors = new TreeMap<>(durableNames);
        for (Path directory : pendingNames.keySet().stream().sorted().toList()) {
            List<Change> changes = pendingNames.getOrDefault(directory, List.of());
            int kept = random.nextInt(changes.size() + 1);
            changes.subList(0, kept).forEach(change -> apply(change, survivors));
        }
        survivors.forEach((path, node) -> {
            Node copy = survive(node, random);
            after.names.put(path, copy);
            after.durableNames.put(path, copy);
        });
        return after;
    }

    private static Node survive(Node node, Random random) {
        Node copy = new Node();
        // Shared, because nobody writes to a block that is durable: changes are made to copies.
        copy.durable.putAll(node.durable);
        copy.size = node.durableSize;
        node.pending.forEach((index, block) -> {
            int fate = random.nextInt(3);
            if (fate == 0) {
                return;
            }
            byte[] old = copy.durable.getOrDefault(index, new byte[BLOCK_BYTES]).clone();
            for (int sector = 0; sector < BLOCK_BYTES; sector += SECTOR_BYTES) {
                if (fate == 1 || random.nextBoolean()) {
                    System.arraycopy(block, sector, old, sector, SECTOR_BYTES);
                }
            }
            copy.durable.put(index, old);
            copy.size = Math.max(copy.size, Math.min(node.size, (index + 1) * BLOCK_BYTES));
        });
        copy.durableSize = copy.size;
        return copy;
    }

    /** Changes bytes behind everyone's back. */
    public synchronized void corrupt(Path path, long offset, byte[] bytes) throws IOException {
        Node node = node(path);
        for (int i = 0; i < bytes.length; i++) {
            long index = (offset + i) / BLOCK_BYTES;
            byte[] block =
                    node.durable.getOrDefault(index, new byte[BLOCK_BYTES]).clone();
            block[(int) ((offset + i) % BLOCK_BYTES)] = bytes[i];
            node.durable.put(index, block);
        }
    }

    /** All bytes of a file as they would be read now. */
    public synchronized byte[] content(Path path) throws IOException {
        Node node = node(path);
        byte[] content = new byte[(int) node.size];
        read(node, ByteBuffer.wrap(content), 0);
        return content;
    }

    @Override
    public synchronized StorageFile open(Path path, OpenMode mode) throws IOException {
        Node node = names.get(path);
        if (node == null) {
            if (mode == OpenMode.READ || mode == OpenMode.DURABLE) {
                throw new NoSuchFileException(path.toString());
            }
            enter();
            node = new Node();
            change(path, new Change(null, path, node));
        }
        openFiles++;
        return new SimulatedFile(path, node, mode);
    }

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(path) || directories.contains(path);
    }

    @Override
    public synchronized void createDirectories(Path directory) {
        for (Path at = directory; at != null; at = at.getParent()) {
            directories.add(at);
        }
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        return names.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .toList();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        enter();
        change(to, new Change(from, to, node(from)));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        enter();
        node(path);
        change(path, new Change(path, null, null));
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        enter();
        List<Change> changes = pendingNames.remove(directory);
        if (changes != null) {
            changes.forEach(change -> apply(change, durableNames));
        }
    }

    @Override
    public long usableBytes(Path directory) {
        return 1L << 40;
    }

    private Node node(Path path) throws IOException {
        Node node = names.get(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private void change(Path path, Change change) {
        apply(change, names);
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no directory: " + path);
        }
        pendingNames.computeIfAbsent(parent, unused -> new ArrayList<>()).add(change);
    }

    private static void apply(Change change, Map<Path, Node> target) {
        if (change.removed() != null) {
            target.remove(change.removed());
        }
        if (change.added() != null && change.node() != null) {
            target.put(change.added(), change.node());
        }
    }

    /** Counts an operation; true when the power goes during it. */
    private boolean enter() throws IOException {
        if (isOff) {
            throw new IOException("power is off");
        }
        operations++;
        if (operations == faultAt) {
            if (fault == Fault.ERROR) {
                throw new IOException("injected error at operation " + operations);
            }
            if (fault == Fault.OUT_OF_MEMORY) {
                throw new OutOfMemoryError("injected want of memory at operation " + operations);
            }
            if (fault == Fault.POWER_LOSS) {
                isOff = true;
                return true;
            }
        }
        return false;
    }

    private static int read(Node node, ByteBuffer target, long offset) {
        int total = 0;
        while (target.hasRemaining() && offset + total < node.size) {
            long at = offset + total;
            int inBlock = (int) (at % BLOCK_BYTES);
            int count = (int) Math.min(Math.min(target.remaining(), BLOCK_BYTES - inBlock), node.size - at);
            byte[] block = node.pending.get(at / BLOCK_BYTES);
            if (block == null) {
                block = node.durable.getOrDefault(at / BLOCK_BYTES, new byte[BLOCK_BYTES]);
            }
            target.put(block, inBlock, count);
            total += count;
        }
        return total;
    }

    private final class SimulatedFile implements StorageFile {
        private final Path path;
        private final Node node;
        private final OpenMode mode;
        private boolean isClosed;

        SimulatedFile(Path path, Node node, OpenMode mode) {
            this.path = path;
            this.node = node;
            this.mode = mode;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            synchronized (SimulatedFileSystem.this) {
                return node.size;
            }
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            synchronized (SimulatedFileSystem.this) {
                requireOpen();
                if (mode == OpenMode.READ) {
                    throw new IOException("opened for reading file=" + path);
                }
                boolean isAligned = offset % BLOCK_BYTES == 0 && source.remaining() % BLOCK_BYTES == 0;
                if (mode != OpenMode.BUFFERED && !(isAligned && source.isDirect())) {
                    throw new IOException("unaligned direct write file=" + path + " offset=" + offset);
                }
                boolean isPowerLost = enter();
                long at = offset;
                while (source.hasRemaining()) {
                    int inBlock = (int) (at % BLOCK_BYTES);
                    int count = Math.min(source.remaining(), BLOCK_BYTES - inBlock);
                    byte[] block = current(at / BLOCK_BYTES);
                    source.get(block, inBlock, count);
                    node.pending.put(at / BLOCK_BYTES, block);
                    at += count;
                }
                node.size = Math.max(node.size, at);
                if (isPowerLost) {
                    throw new IOException("power is lost");
                }
                if (mode == OpenMode.DURABLE) {
                    harden();
                }
            }
        }

        private byte[] current(long index) {
            byte[] pending = node.pending.get(index);
            byte[] block = pending != null ? pending : node.durable.get(index);
            return block == null ? new byte[BLOCK_BYTES] : Arrays.copyOf(block, BLOCK_BYTES);
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            synchronized (SimulatedFileSystem.this) {
                requireOpen();
                if (isOff) {
                    throw new IOException("power is off");
                }
                return SimulatedFileSystem.read(node, target, offset);
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (SimulatedFileSystem.this) {
                requireOpen();
                if (enter()) {
                    throw new IOException("power is lost");
                }
                harden();
            }
        }

        private void harden() {
            node.durable.putAll(node.pending);
            node.pending.clear();
            node.durableSize = node.size;
        }

        private void requireOpen() throws IOException {
            if (isClosed) {
                throw new IOException("file is closed file=" + path);
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedFileSystem.this) {
                openFiles -= isClosed ? 0 : 1;
                isClosed = true;
            }
        }
    }
}
