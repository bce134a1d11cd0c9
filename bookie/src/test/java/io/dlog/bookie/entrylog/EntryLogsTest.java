package io.dlog.bookie.entrylog;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.testing.SimulatedFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EntryLogsTest {
    private static final Path DIRECTORY = Path.of("/ledgers");
    private static final long LEDGER = 7;
    private static final int LOGS = 20;
    private static final int OPEN_MAX = 3;

    private final SimulatedFileSystem files = new SimulatedFileSystem();
    private final List<EntryLocation> locations = new ArrayList<>();
    private final EntryLogs logs = new EntryLogs(files, DIRECTORY, OPEN_MAX);

    private static byte[] entry(long entryId) {
        return ByteBuffer.allocate(40)
                .putLong(LEDGER)
                .putLong(entryId)
                .putLong(entryId - 1)
                .array();
    }

    @BeforeEach
    void writeLogsOfOneEntry() throws IOException {
        files.createDirectories(DIRECTORY);
        for (long logId = 0; logId < LOGS; logId++) {
            byte[] entry = entry(logId);
            CRC32C crc = new CRC32C();
            crc.update(entry);
            try (EntryLogWriter writer = EntryLogWriter.create(files, DIRECTORY, logId, 9)) {
                int slot = writer.nextChecksumSlot();
                long offset = writer.append(LEDGER, logId, ByteBuffer.wrap(entry), (int) crc.getValue());
                long checksums = writer.endBlock();
                writer.endFlush(List.of());
                locations.add(new EntryLocation(logId, logId, offset, entry.length, checksums, slot));
            }
        }
        assertThat(files.openFiles()).isZero();
    }

    private byte[] read(EntryLocation location) throws IOException {
        ByteBuffer target = ByteBuffer.allocateDirect(location.recordBytes());
        logs.read(LEDGER, location, target);
        byte[] entry = new byte[location.bytes()];
        target.flip().position(Integer.BYTES).get(entry);
        return entry;
    }

    @Test
    void keepsNoMoreLogsOpenThanItsBound() throws IOException {
        for (int round = 0; round < 2; round++) {
            for (EntryLocation location : locations) {
                assertThat(read(location)).isEqualTo(entry(location.entryId()));
                assertThat(files.openFiles()).isLessThanOrEqualTo(OPEN_MAX);
            }
        }
        assertThat(files.openFiles()).isEqualTo(OPEN_MAX);
        logs.close();
        assertThat(files.openFiles()).isZero();
    }

    @Test
    void closesNoLogThatSomebodyReadsFrom() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(OPEN_MAX + 5);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int reader = 0; reader < OPEN_MAX + 5; reader++) {
                int first = reader;
                results.add(readers.submit(() -> {
                    for (int i = 0; i < 2000; i++) {
                        EntryLocation location = locations.get((first * 7 + i) % LOGS);
                        assertThat(read(location)).isEqualTo(entry(location.entryId()));
                    }
                    return true;
                }));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            readers.shutdownNow();
        }
        assertThat(files.openFiles()).isEqualTo(OPEN_MAX);
        logs.close();
        assertThat(files.openFiles()).isZero();
    }
}
