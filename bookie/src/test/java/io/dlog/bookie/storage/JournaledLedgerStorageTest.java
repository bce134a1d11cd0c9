package io.dlog.bookie.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.bookie.disk.DiskFileSystem;
import io.dlog.bookie.index.RocksDbIndexStore;
import io.dlog.bookie.testing.SimulatedFileSystem.Fault;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.protocol.MasterKey;
import io.dlog.time.SystemRandomness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournaledLedgerStorageTest {
    private final SimulatedMachine machine = new SimulatedMachine(1);

    @Test
    void readsAnEntryAtOnceAndAcknowledgesItWhenDurable() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        long position = storage.logAdd(7, 0, Unpooled.wrappedBuffer(Entries.bytes(7, 0)));
        CompletableFuture<Boolean> durable = SimulatedMachine.durable(storage, position);

        assertThat(read(storage.readFromMemory(7, 0))).isEqualTo(Entries.bytes(7, 0));
        assertThat(durable).isNotDone();
        machine.scheduler.runAll();
        assertThat(durable).isCompletedWithValue(true);
        assertThat(SimulatedMachine.durable(storage, position)).isCompletedWithValue(true);
        assertThat(storage.read(7, 1)).isNull();
        assertThat(storage.ledger(8)).isNull();
    }

    @Test
    void acknowledgesNothingAfterAWriteError() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        machine.scheduler.runAll();
        machine.files.failAt(1, Fault.ERROR);
        CompletableFuture<Boolean> first = add(storage, 1, 0);
        machine.scheduler.runAll();
        CompletableFuture<Boolean> second = SimulatedMachine.durable(storage, storage.position());
        machine.scheduler.runAll();

        assertThat(first).isCompletedWithValue(false);
        assertThat(second).isCompletedWithValue(false);
        assertThat(storage.failed()).isCompleted();
        assertThat(storage.logAdd(1, 1, Unpooled.wrappedBuffer(Entries.bytes(1, 1))))
                .isEqualTo(LedgerStorage.FAILED);
        assertThat(storage.logFence(1)).isEqualTo(LedgerStorage.FAILED);
        AtomicInteger woken = new AtomicInteger();
        storage.whenWritable(woken::incrementAndGet);
        assertThat(woken).hasValue(1);
    }

    @Test
    void answersBusyWhenTheBufferIsFullAndTakesRecordsAgainAfterAFlush() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        long entry = 0;
        int writable = 0;
        AtomicInteger woken = new AtomicInteger();
        for (int rounds = 0; rounds < 20; rounds++) {
            while (storage.logAdd(1, entry, Unpooled.wrappedBuffer(Entries.bytes(1, entry, -1, 2000, 0))) >= 0) {
                entry++;
            }
            storage.whenWritable(woken::incrementAndGet);
            writable++;
            machine.scheduler.runAll();
            assertThat(woken).hasValue(writable);
        }
        assertThat(entry).as("more than the buffer holds").isGreaterThan(2L * (256 << 10) / 2000);
        for (long id = 0; id < entry; id++) {
            assertThat(read(storage.read(1, id))).isEqualTo(Entries.bytes(1, id, -1, 2000, 0));
        }
    }

    @Test
    void letsTheLaterOfTwoAddsWinInMemoryOnDiskAndBetween() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        for (int version = 0; version < 5; version++) {
            for (long entry = 200; entry >= 0; entry -= 1 + version) {
                byte[] bytes = Entries.bytes(3, entry, -1, 20, version);
                assertThat(storage.logAdd(3, entry, Unpooled.wrappedBuffer(bytes)))
                        .isPositive();
            }
            if (version % 2 == 0) {
                machine.scheduler.advance(Duration.ofSeconds(11));
                machine.scheduler.runAll();
            }
            for (long entry = 0; entry <= 200; entry++) {
                int newest = 0;
                for (int v = 0; v <= version; v++) {
                    newest = (200 - entry) % (1 + v) == 0 ? v : newest;
                }
                assertThat(read(storage.read(3, entry))).isEqualTo(Entries.bytes(3, entry, -1, 20, newest));
            }
        }
        assertThat(storage.entryIds(3)).hasSize(201);
        assertThat(storage.lastEntryId(3)).isEqualTo(200);
    }

    @Test
    void refusesBytesThatAreNotTheEntry() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        ByteBuf entry = Unpooled.wrappedBuffer(Entries.bytes(1, 1));
        assertThatThrownBy(() -> storage.logAdd(1, 2, entry)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage.logAdd(1, -3, entry)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage.logAdd(1, 1, Unpooled.buffer())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reportsADamagedEntryInsteadOfServingIt() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        CompletableFuture<Boolean> unused = add(storage, 1, 0);
        machine.scheduler.advance(Duration.ofSeconds(11));
        machine.scheduler.runAll();
        assertThat(storage.readFromMemory(1, 0)).isNull();
        assertThat(read(storage.read(1, 0))).isEqualTo(Entries.bytes(1, 0));
        for (Path log : machine.files.list(SimulatedMachine.LEDGERS.resolve("b"))) {
            machine.files.corrupt(log, 4096 + 4 + 50, new byte[] {1, 2, 3});
        }
        assertThatThrownBy(() -> storage.read(1, 0))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("ledger=1 entry=0")
                .hasStackTraceContaining("checksum is wrong");
    }

    @Test
    void refusesToStartWithoutItsJournal() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        CompletableFuture<Boolean> unused = add(storage, 1, 0);
        machine.scheduler.runAll();
        CompletableFuture<Void> closed = storage.close();
        machine.scheduler.runAll();
        assertThat(closed).isCompleted();
        for (Path file : machine.files.list(SimulatedMachine.JOURNAL)) {
            machine.files.delete(file);
        }
        assertThatThrownBy(machine::open).isInstanceOf(IOException.class).hasMessageContaining("journal is missing");
    }

    @Test
    void aFailedLastFlushIsNoCleanClose() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        CompletableFuture<Boolean> durable = add(storage, 1, 0);
        machine.scheduler.runAll();
        assertThat(durable).isCompletedWithValue(true);
        machine.files.failAt(1, Fault.ERROR);
        CompletableFuture<Void> closed = storage.close();
        machine.scheduler.runAll();
        assertThat(closed)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("injected error");
    }

    @Test
    void servesEverythingAfterACleanRestartOnTheRealDisk(@TempDir Path directory) throws Exception {
        int entries = 30_000;
        try (ThreadScheduler scheduler = new ThreadScheduler("first", 1)) {
            JournaledLedgerStorage storage = open(directory, scheduler);
            fill(storage, entries);
            check(storage, entries);
            storage.close().get(60, TimeUnit.SECONDS);
            assertThatThrownBy(() -> storage.read(0, 0)).isInstanceOf(StorageException.class);
        }
        try (ThreadScheduler scheduler = new ThreadScheduler("second", 1)) {
            JournaledLedgerStorage storage = open(directory, scheduler);
            check(storage, entries);
            storage.close().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void replaysTheJournalOnTheRealDisk(@TempDir Path directory) throws Exception {
        // Fits into the first segment, so nothing but the journal changes and its files may be copied as a crash leaves
        // them.
        int entries = 1000;
        Path copy = directory.resolve("copy");
        try (ThreadScheduler scheduler = new ThreadScheduler("first", 1)) {
            JournaledLedgerStorage storage = open(directory.resolve("original"), scheduler);
            fill(storage, entries);
            copy(directory.resolve("original"), copy);
            storage.close().get(60, TimeUnit.SECONDS);
        }
        try (ThreadScheduler scheduler = new ThreadScheduler("second", 1)) {
            JournaledLedgerStorage storage = open(copy, scheduler);
            check(storage, entries);
            storage.close().get(60, TimeUnit.SECONDS);
        }
    }

    private static void fill(JournaledLedgerStorage storage, int entries) throws Exception {
        storage.logMasterKey(5, MasterKey.of(new byte[] {1, 2, 3}));
        for (long entry = 0; entry < entries; entry++) {
            logWhenWritable(storage, entry % 10, entry / 10, 1024);
        }
        // The longest frame that clients send is 5 MiB.
        logWhenWritable(storage, 77, 0, (5 << 20) - 600);
        logWhenWritable(storage, 77, 1, 0);
        long last = storage.logFence(5);
        assertThat(SimulatedMachine.durable(storage, last).get(60, TimeUnit.SECONDS))
                .isTrue();
    }

    private static void logWhenWritable(JournaledLedgerStorage storage, long ledger, long entry, int payload)
            throws Exception {
        ByteBuf bytes = Unpooled.wrappedBuffer(Entries.bytes(ledger, entry, entry - 1, payload, 0));
        while (storage.logAdd(ledger, entry, bytes) < 0) {
            CompletableFuture<Void> writable = new CompletableFuture<>();
            storage.whenWritable(() -> writable.complete(null));
            writable.get(60, TimeUnit.SECONDS);
        }
    }

    private static void check(JournaledLedgerStorage storage, int entries) throws StorageException {
        for (long entry = 0; entry < entries; entry++) {
            assertThat(read(storage.read(entry % 10, entry / 10)))
                    .isEqualTo(Entries.bytes(entry % 10, entry / 10, entry / 10 - 1, 1024, 0));
        }
        assertThat(read(storage.read(77, 0))).isEqualTo(Entries.bytes(77, 0, -1, (5 << 20) - 600, 0));
        assertThat(read(storage.read(77, 1))).isEqualTo(Entries.bytes(77, 1, 0, 0, 0));
        LedgerRecord ledger = storage.ledger(5);
        if (ledger == null) {
            throw new AssertionError("ledger 5 is unknown");
        }
        assertThat(ledger.isFenced()).isTrue();
        assertThat(ledger.masterKey()).isEqualTo(MasterKey.of(new byte[] {1, 2, 3}));
        assertThat(ledger.lastAddConfirmed()).isEqualTo(entries / 10 - 2);
        assertThat(storage.entryIds(5)).hasSize(entries / 10);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static JournaledLedgerStorage open(Path directory, ThreadScheduler scheduler) throws IOException {
        StorageConfig config = StorageConfig.of(
                directory.resolve("journal"),
                List.of(directory.resolve("ledgers")),
                List.of(directory.resolve("ledgers")),
                24 << 20);
        return JournaledLedgerStorage.open(
                new DiskFileSystem(), RocksDbIndexStore.factory(4 << 20), config, scheduler, SystemRandomness.INSTANCE);
    }

    private static CompletableFuture<Boolean> add(JournaledLedgerStorage storage, long ledger, long entry) {
        long position = storage.logAdd(ledger, entry, Unpooled.wrappedBuffer(Entries.bytes(ledger, entry)));
        return SimulatedMachine.durable(storage, position);
    }

    private static byte[] read(@Nullable ByteBuf entry) {
        if (entry == null) {
            throw new AssertionError("the entry is not there");
        }
        return Entries.drain(entry);
    }
}
