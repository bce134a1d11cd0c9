package io.dlog.bookie.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.bookie.journal.JournalException;
import io.dlog.bookie.journal.JournalReplay;
import io.dlog.bookie.testing.SimulatedFileSystem;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Replay of a journal whose bytes were changed. */
final class TornJournalTest {
    private static final int HEADER_BYTES = 4096;
    private static final Path FILE = SimulatedMachine.JOURNAL.resolve("j-0000000000000000.wal");

    private final SimulatedMachine machine = new SimulatedMachine(1);

    /** Three batches of a block each; the last one's records take the first 352 bytes. */
    private void writeThreeBatches() throws IOException {
        JournaledLedgerStorage storage = machine.open();
        for (int batch = 0; batch < 3; batch++) {
            for (int i = 0; i < 2; i++) {
                long entry = 2L * batch + i;
                assertThat(storage.logAdd(1, entry, Unpooled.wrappedBuffer(Entries.bytes(1, entry))))
                        .isPositive();
            }
            assertThat(SimulatedMachine.durable(storage, storage.position())).isNotDone();
            machine.scheduler.runAll();
        }
        assertThat(storage.position()).isEqualTo(3 * 4096);
    }

    private long replay(SimulatedFileSystem files) throws IOException {
        long instanceId = ByteBuffer.wrap(files.content(FILE)).getLong(32);
        return new JournalReplay(files, SimulatedMachine.config().journal(), instanceId)
                .run(0, (batch, position, epoch) -> {});
    }

    @Test
    void cutsTheLastBatchWhicheverByteIsTorn() throws IOException {
        writeThreeBatches();
        assertThat(replay(machine.files)).isEqualTo(3 * 4096);
        byte[] content = machine.files.content(FILE);
        int last = HEADER_BYTES + 2 * 4096;
        int cuts = 0;
        for (int at = last; at < last + 4096; at++) {
            SimulatedFileSystem torn = machine.files.crash(1);
            torn.corrupt(FILE, at, new byte[] {(byte) ~content[at]});
            long end = replay(torn);
            assertThat(end).isIn(2L * 4096, 3L * 4096);
            cuts += end == 2 * 4096 ? 1 : 0;
        }
        // Headers, bodies, word and type of the SEAL, and its fields; the filling before the SEAL's fields and
        // alignment bytes carry nothing.
        assertThat(cuts).isEqualTo(2 * (16 + 132) + (8 + 1) + 52);
    }

    @Test
    void refusesDamageBeforeValidBatches() throws IOException {
        writeThreeBatches();
        byte[] content = machine.files.content(FILE);
        for (int at = HEADER_BYTES + 20; at < HEADER_BYTES + 148; at += 7) {
            SimulatedFileSystem damaged = machine.files.crash(1);
            damaged.corrupt(FILE, at, new byte[] {(byte) ~content[at]});
            assertThatThrownBy(() -> replay(damaged))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("journal is damaged")
                    .hasMessageContaining("re-replicated");
        }
    }

    @Test
    void refusesALostHeaderInFrontOfBatches() throws IOException {
        writeThreeBatches();
        long instanceId = ByteBuffer.wrap(machine.files.content(FILE)).getLong(32);
        machine.files.corrupt(FILE, 3, new byte[] {0});
        assertThatThrownBy(() -> new JournalReplay(
                                machine.files, SimulatedMachine.config().journal(), instanceId)
                        .run(0, (batch, position, epoch) -> {}))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("damaged header");
    }
}
