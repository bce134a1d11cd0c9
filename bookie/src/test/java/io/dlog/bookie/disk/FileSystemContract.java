package io.dlog.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What every file system does. */
abstract class FileSystemContract {
    abstract FileSystem files();

    abstract Path directory();

    @Test
    void readsBackWhatWasWritten() throws IOException {
        files().createDirectories(directory());
        Path path = directory().resolve("a");
        ByteBuffer blocks = AlignedMemory.allocate(8192);
        blocks.put(4096, (byte) 7);
        try (StorageFile file = files().open(path, OpenMode.DIRECT)) {
            file.write(blocks, 0);
            file.sync();
        }
        blocks.clear().limit(4096).put(0, (byte) 9);
        try (StorageFile file = files().open(path, OpenMode.DURABLE)) {
            file.write(blocks, 0);
        }
        try (StorageFile file = files().open(path, OpenMode.READ)) {
            ByteBuffer read = ByteBuffer.allocate(10);
            assertThat(file.read(read, 8190)).isEqualTo(2);
            assertThat(file.read(read.clear(), 4096)).isEqualTo(10);
            assertThat(read.get(0)).isEqualTo((byte) 7);
            assertThat(file.read(read.clear(), 0)).isEqualTo(10);
            assertThat(read.get(0)).isEqualTo((byte) 9);
            assertThat(file.read(read.clear(), 8192)).isZero();
            assertThat(file.size()).isEqualTo(8192);
        }
    }

    @Test
    void replacesASmallFileWhole() throws IOException {
        files().createDirectories(directory());
        Path path = directory().resolve("VERSION");
        AtomicFile.write(files(), path, new byte[] {1, 2, 3});
        AtomicFile.write(files(), path, new byte[] {4});
        assertThat(AtomicFile.read(files(), path, 10)).containsExactly(4);
        assertThat(files().list(directory())).containsExactly(path);
        assertThatThrownBy(() -> AtomicFile.read(files(), path, 0)).isInstanceOf(IOException.class);
    }

    @Test
    void renamesAndDeletes() throws IOException {
        files().createDirectories(directory());
        Path a = directory().resolve("a");
        Path b = directory().resolve("b");
        AtomicFile.write(files(), a, new byte[] {1});
        AtomicFile.write(files(), b, new byte[] {2});
        files().rename(a, b);
        assertThat(files().exists(a)).isFalse();
        assertThat(AtomicFile.read(files(), b, 10)).containsExactly(1);
        files().delete(b);
        files().syncDirectory(directory());
        assertThat(files().list(directory())).isEmpty();
        assertThatThrownBy(() -> files().open(b, OpenMode.READ)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files().delete(b)).isInstanceOf(IOException.class);
        assertThat(files().usableBytes(directory())).isPositive();
    }
}
