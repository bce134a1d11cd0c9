package io.dlog.bookie.journal;

import io.dlog.bookie.disk.FileSystem;
import java.nio.file.Path;

/**
 * Where the journal lies and how long its files are.
 *
 * @param directory the journal's own; nothing else lies in it
 * @param fileBytes length of a file; the first ones are shorter, so that a new bookie starts at once, and each next one is
 *     twice as long until this is reached
 * @param firstFileBytes length of the first file, at least one block more than a segment of the log buffer
 * @param spareFiles how many recycled files are kept when the journal has shrunk; more are deleted
 */
public record JournalConfig(Path directory, long fileBytes, long firstFileBytes, int spareFiles) {
    public JournalConfig {
        if (fileBytes % FileSystem.BLOCK_BYTES != 0 || firstFileBytes % FileSystem.BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(
                    "lengths are not multiples of 4096: " + fileBytes + " " + firstFileBytes);
        }
        if (firstFileBytes > fileBytes) {
            throw new IllegalArgumentException("the first file is the longest: " + firstFileBytes + " > " + fileBytes);
        }
    }
}
