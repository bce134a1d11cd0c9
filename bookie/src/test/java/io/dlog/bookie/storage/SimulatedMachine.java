package io.dlog.bookie.storage;

import io.dlog.bookie.journal.JournalConfig;
import io.dlog.bookie.journal.LogBufferConfig;
import io.dlog.bookie.journal.WhenDurable;
import io.dlog.bookie.testing.SimulatedFileSystem;
import io.dlog.bookie.testing.SimulatedIndexStore;
import io.dlog.bookie.testing.StepScheduler;
import io.dlog.time.Randomness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A storage on simulated disks, with small buffers and files. Thread: owned by the test. */
final class SimulatedMachine {
    static final Path JOURNAL = Path.of("/journal");
    static final Path LEDGERS = Path.of("/ledgers");

    final SimulatedIndexStore.Disk indexes;
    final StepScheduler scheduler;
    final Random random;
    SimulatedFileSystem files;

    SimulatedMachine(long seed) {
        this(new SimulatedFileSystem(), new SimulatedIndexStore.Disk(), seed);
    }

    private SimulatedMachine(SimulatedFileSystem files, SimulatedIndexStore.Disk indexes, long seed) {
        this.files = files;
        this.indexes = indexes;
        this.random = new Random(seed);
        this.scheduler = new StepScheduler(seed);
    }

    /** The machine after the power came back. */
    SimulatedMachine crashed(long seed) {
        return new SimulatedMachine(files.crash(seed), indexes, seed);
    }

    static StorageConfig config() {
        return new StorageConfig(
                new JournalConfig(JOURNAL, 128 << 10, 64 << 10, 1),
                List.of(LEDGERS, LEDGERS.resolve("b")),
                List.of(LEDGERS, LEDGERS.resolve("b")),
                new LogBufferConfig(256 << 10, 32 << 10),
                Duration.ofSeconds(10),
                96 << 10);
    }

    JournaledLedgerStorage open() throws IOException {
        boolean isKept = random.nextBoolean();
        return JournaledLedgerStorage.open(
                files, indexes.on(files, batch -> isKept), config(), scheduler, new Randomness() {
                    @Override
                    public int nextInt(int bound) {
                        return random.nextInt(bound);
                    }

                    @Override
                    public long nextLong() {
                        return random.nextLong();
                    }
                });
    }

    /** Completes with whether the position became durable. */
    static CompletableFuture<Boolean> durable(LedgerStorage storage, long position) {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        storage.whenDurable(position, new WhenDurable() {
            @Override
            public void onDurable() {
                result.complete(true);
            }

            @Override
            public void onJournalFailed() {
                result.complete(false);
            }
        });
        return result;
    }
}
