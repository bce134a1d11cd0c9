package io.dlog.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.bookie.testing.SimulatedFileSystem;
import io.dlog.bookie.testing.SimulatedFileSystem.Fault;
import io.dlog.bookie.testing.StepScheduler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class JournalFilesTest {
    private static final JournalFormat.FileHeader HEADER = new JournalFormat.FileHeader(0, 1, 2, 0, 0, 0);

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ERROR", "OUT_OF_MEMORY"})
    void whoWaitsForAFileThatCannotBePreparedIsTold(Fault fault) throws IOException {
        SimulatedFileSystem disk = new SimulatedFileSystem();
        StepScheduler scheduler = new StepScheduler(1);
        JournalConfig config = new JournalConfig(Path.of("/journal"), 128 << 10, 64 << 10, 1);
        JournalFiles files =
                new JournalFiles(disk, config, 32 << 10, scheduler.blockingLane("journal-files"), 0, List.of());
        ByteBuffer block = AlignedMemory.allocate(JournalFormat.HEADER_BYTES);
        AtomicInteger told = new AtomicInteger();
        files.open();
        assertThat(files.begin(HEADER, block, told::incrementAndGet)).isNotNull();
        disk.failAt(1, fault);
        assertThat(files.begin(HEADER, block, told::incrementAndGet)).isNull();

        scheduler.runAll();
        assertThat(told).hasValue(1);
        assertThatThrownBy(() -> files.begin(HEADER, block, told::incrementAndGet))
                .isInstanceOf(IOException.class)
                .hasRootCauseMessage(rootMessage(fault, disk.operations()));
    }

    private static String rootMessage(Fault fault, long operation) {
        return (fault == Fault.ERROR ? "injected error" : "injected want of memory") + " at operation " + operation;
    }
}
