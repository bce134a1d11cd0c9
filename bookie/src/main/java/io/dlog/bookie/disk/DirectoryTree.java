package io.dlog.bookie.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What is done to whole directories when a bookie is set up or wiped. Thread: no state. */
public final class DirectoryTree {
    private DirectoryTree() {}

    /** Whether there is no file anywhere below; a directory that is not there is empty. */
    public static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.allMatch(Files::isDirectory);
        }
    }

    /** Whether this process may create files in a directory that is there. */
    public static boolean isWritable(Path directory) {
        return Files.isDirectory(directory) && Files.isWritable(directory);
    }

    /** Size of the directory's file system in bytes. */
    public static long totalBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getTotalSpace();
    }

    /** Which file system a directory lies on; equal for two directories on the same one. */
    public static Object fileSystemOf(Path directory) throws IOException {
        return Files.getFileStore(directory);
    }

    /** Deletes everything below; the directory stays. Symbolic links are deleted, not followed. */
    public static void deleteContents(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(directory)) {
            deepestFirst = paths.filter(p -> !p.equals(directory))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
