package io.dlog.bookie.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.testing.SimulatedFileSystem.Fault;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Power cuts at every operation of a workload, and again during recovery, against a model of what was acknowledged. */
final class StorageCrashTest {
    private static final int LEDGERS = 4;

    /** What was tried and what was acknowledged. Thread: owned by the test. */
    private static final class Model {
        final Map<String, List<byte[]>> sent = new HashMap<>();
        final Map<String, Integer> acknowledged = new HashMap<>();
        final Set<Long> fenced = new HashSet<>();
        final Set<Long> keyed = new HashSet<>();
        final Map<Long, Long> lac = new HashMap<>();
        final Map<Long, Long> explicitLac = new HashMap<>();
        final List<Waiting> waiting = new ArrayList<>();

        record Waiting(CompletableFuture<Boolean> durable, Runnable whenAcknowledged) {}

        void settle() {
            for (Waiting w : List.copyOf(waiting)) {
                if (w.durable().isDone()) {
                    waiting.remove(w);
                    if (w.durable().join()) {
                        w.whenAcknowledged().run();
                    }
                }
            }
        }

        void expect(LedgerStorage storage, long position, Runnable whenAcknowledged) {
            if (position >= 0) {
                waiting.add(new Waiting(SimulatedMachine.durable(storage, position), whenAcknowledged));
            }
        }
    }

    @Test
    void keepsEverythingAcknowledgedWheneverThePowerGoes() throws IOException {
        int checks = 0;
        for (long seed = 0; seed < 3; seed++) {
            long operations = operationsOf(seed);
            assertThat(operations).isGreaterThan(50);
            for (long at = 1; at <= operations; at += 2 + seed) {
                crashAndCheck(seed, at);
                checks++;
            }
        }
        assertThat(checks).isGreaterThan(100);
    }

    private static long operationsOf(long seed) throws IOException {
        SimulatedMachine machine = new SimulatedMachine(seed);
        run(machine, new Model());
        return machine.files.operations();
    }

    private static void crashAndCheck(long seed, long at) throws IOException {
        SimulatedMachine machine = new SimulatedMachine(seed);
        machine.files.failAt(at, Fault.POWER_LOSS);
        Model model = new Model();
        try {
            run(machine, model);
        } catch (IOException e) {
            assertThat(machine.files.isOff())
                    .as("only the power cut fails an open: %s", e)
                    .isTrue();
        }
        model.settle();

        SimulatedMachine again = machine.crashed(seed * 31 + at);
        again.files.failAt(1 + at % 23, Fault.POWER_LOSS);
        try {
            check(again.open(), model);
        } catch (IOException e) {
            assertThat(again.files.isOff())
                    .as("recovery fails only for want of power: %s", e)
                    .isTrue();
        }
        SimulatedMachine last = again.crashed(seed * 37 + at);
        JournaledLedgerStorage storage = last.open();
        check(storage, model);
        CompletableFuture<Void> closed = storage.close();
        last.scheduler.runAll();
        assertThat(closed).isCompleted();
        check(last.crashed(at).open(), model);
    }

    private static void run(SimulatedMachine machine, Model model) throws IOException {
        JournaledLedgerStorage storage = machine.open();
        for (long ledger = 0; ledger < LEDGERS; ledger++) {
            long id = ledger;
            model.expect(storage, storage.logMasterKey(id, key(id)), () -> model.keyed.add(id));
        }
        long[] next = new long[LEDGERS];
        for (int i = 0; i < 250; i++) {
            long ledger = machine.random.nextInt(LEDGERS);
            int what = machine.random.nextInt(40);
            if (what == 0) {
                model.expect(storage, storage.logFence(ledger), () -> model.fenced.add(ledger));
            } else if (what == 1) {
                long lac = next[(int) ledger];
                ByteBuf body = Unpooled.buffer().writeLong(ledger).writeLong(lac);
                model.expect(
                        storage,
                        storage.logExplicitLac(ledger, body),
                        () -> model.explicitLac.merge(ledger, lac, Math::max));
            } else {
                boolean isOld = what < 8 && next[(int) ledger] > 0;
                long entry = isOld ? machine.random.nextInt((int) next[(int) ledger]) : next[(int) ledger]++;
                if (what == 39) {
                    next[(int) ledger] += 3;
                }
                add(machine, storage, model, ledger, entry);
            }
            for (int steps = machine.random.nextInt(4); steps > 0; steps--) {
                machine.scheduler.step();
            }
            if (machine.random.nextInt(60) == 0) {
                machine.scheduler.advance(Duration.ofSeconds(11));
            }
            model.settle();
        }
        machine.scheduler.runAll();
        model.settle();
        CompletableFuture<Void> closed = storage.close();
        machine.scheduler.runAll();
        assertThat(closed).isDone();
    }

    private static void add(
            SimulatedMachine machine, JournaledLedgerStorage storage, Model model, long ledger, long entry) {
        String id = ledger + "/" + entry;
        List<byte[]> versions = model.sent.computeIfAbsent(id, unused -> new ArrayList<>());
        int version = versions.size();
        byte[] bytes = Entries.bytes(ledger, entry, entry - 1, machine.random.nextInt(3000), version);
        long position = storage.logAdd(ledger, entry, Unpooled.wrappedBuffer(bytes));
        if (position >= 0) {
            versions.add(bytes);
            model.expect(storage, position, () -> {
                model.acknowledged.merge(id, version, Math::max);
                model.lac.merge(ledger, entry - 1, Math::max);
            });
        } else {
            machine.scheduler.runAll();
        }
    }

    private static void check(JournaledLedgerStorage storage, Model model) throws StorageException {
        for (Map.Entry<String, List<byte[]>> sent : model.sent.entrySet()) {
            String[] id = sent.getKey().split("/", -1);
            ByteBuf found = storage.read(Long.parseLong(id[0]), Long.parseLong(id[1]));
            int acknowledged = model.acknowledged.getOrDefault(sent.getKey(), -1);
            if (found == null) {
                assertThat(acknowledged)
                        .as("acknowledged entry %s is lost", sent.getKey())
                        .isEqualTo(-1);
            } else {
                byte[] bytes = Entries.drain(found);
                List<byte[]> possible = sent.getValue()
                        .subList(Math.max(0, acknowledged), sent.getValue().size());
                assertThat(possible).as("entry %s", sent.getKey()).anyMatch(b -> Arrays.equals(b, bytes));
            }
        }
        for (long ledger = 0; ledger < LEDGERS; ledger++) {
            checkLedger(storage, model, ledger);
        }
    }

    private static void checkLedger(JournaledLedgerStorage storage, Model model, long ledger) throws StorageException {
        LedgerRecord record = storage.ledger(ledger);
        if (record == null) {
            assertThat(model.keyed).doesNotContain(ledger);
            assertThat(model.fenced).doesNotContain(ledger);
            return;
        }
        if (model.keyed.contains(ledger)) {
            assertThat(record.masterKey()).isEqualTo(key(ledger));
        }
        if (model.fenced.contains(ledger)) {
            assertThat(record.isFenced()).isTrue();
        }
        long explicitLac = model.explicitLac.getOrDefault(ledger, -1L);
        assertThat(record.lastAddConfirmed())
                .isGreaterThanOrEqualTo(Math.max(model.lac.getOrDefault(ledger, -1L), explicitLac));
        byte[] body = record.explicitLac();
        if (explicitLac >= 0) {
            assertThat(body).isNotNull();
        }
        long[] ids = storage.entryIds(ledger);
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(storage.lastEntryId(ledger)).isEqualTo(ids.length == 0 ? -1 : ids[ids.length - 1]);
        for (String id : model.acknowledged.keySet()) {
            if (id.startsWith(ledger + "/")) {
                assertThat(ids).contains(Long.parseLong(id.substring(id.indexOf('/') + 1)));
            }
        }
    }

    private static MasterKey key(long ledger) {
        return MasterKey.of(("key of " + ledger).getBytes(StandardCharsets.UTF_8));
    }
}
