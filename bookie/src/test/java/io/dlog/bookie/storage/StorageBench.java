package io.dlog.bookie.storage;

import com.sun.management.OperatingSystemMXBean;
import io.dlog.bookie.disk.DiskFileSystem;
import io.dlog.bookie.index.RocksDbIndexStore;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.time.SystemClock;
import io.dlog.time.SystemRandomness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Measures what one durable add costs: {@code StorageBench DIRECTORY ENTRIES}; 1 KiB, 100 ledgers, batches of 64. */
final class StorageBench {
    private static final int ENTRY_BYTES = 1024;
    private static final int LEDGERS = 100;
    private static final int BATCH = 64;

    private StorageBench() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "storage-bench");
        int entries = Integer.parseInt(args[1]);
        try (ThreadScheduler scheduler = new ThreadScheduler("bench", 1)) {
            JournaledLedgerStorage storage = JournaledLedgerStorage.open(
                    new DiskFileSystem(),
                    RocksDbIndexStore.factory(8 << 20),
                    StorageConfig.of(
                            directory.resolve("journal"),
                            List.of(directory.resolve("ledgers")),
                            List.of(directory.resolve("ledgers")),
                            256 << 20),
                    scheduler,
                    SystemRandomness.INSTANCE);
            for (int round = 0; round < 4; round++) {
                measure(storage, (long) round * entries, entries);
            }
            storage.close().get();
        }
    }

    private static void measure(JournaledLedgerStorage storage, long first, int entries) throws Exception {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        ByteBuf entry = Unpooled.directBuffer(ENTRY_BYTES).writeZero(ENTRY_BYTES);
        long cpu = system.getProcessCpuTime();
        long start = SystemClock.INSTANCE.nanoTime();
        CompletableFuture<Boolean> durable = CompletableFuture.completedFuture(true);
        CompletableFuture<Boolean> before = durable;
        for (int i = 0; i < entries; i++) {
            long ledgerId = i % LEDGERS;
            long entryId = (first + i) / LEDGERS;
            entry.setLong(0, ledgerId).setLong(8, entryId).setLong(16, entryId - 1);
            while (storage.logAdd(ledgerId, entryId, entry) < 0) {
                CompletableFuture<Void> writable = new CompletableFuture<>();
                storage.whenWritable(() -> writable.complete(null));
                writable.get();
            }
            if (i % BATCH == BATCH - 1) {
                // At most some thousand in flight, as of a few busy connections.
                if (i % (BATCH * 32) == BATCH * 32 - 1) {
                    before.get();
                    before = durable;
                }
                durable = SimulatedMachine.durable(storage, storage.position());
            }
        }
        durable.get();
        long wall = SystemClock.INSTANCE.nanoTime() - start;
        double microseconds = (system.getProcessCpuTime() - cpu) / 1e3 / entries;
        System.out.println(
                String.format(Locale.ROOT, "%.2f us CPU per add, %.0f adds/s", microseconds, entries * 1e9 / wall));
    }
}
