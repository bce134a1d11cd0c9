package io.dlog.bookie.disk;

import io.dlog.bookie.testing.SimulatedFileSystem;
import java.nio.file.Path;

final class SimulatedFileSystemTest extends FileSystemContract {
    private final SimulatedFileSystem files = new SimulatedFileSystem();

    @Override
    FileSystem files() {
        return files;
    }

    @Override
    Path directory() {
        return Path.of("/x/y");
    }
}
