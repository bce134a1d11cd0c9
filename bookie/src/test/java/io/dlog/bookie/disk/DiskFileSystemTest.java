package io.dlog.bookie.disk;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class DiskFileSystemTest extends FileSystemContract {
    private final DiskFileSystem files = new DiskFileSystem();

    @TempDir
    Path temporary = Path.of("");

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return temporary.resolve("x").resolve("y");
    }
}
