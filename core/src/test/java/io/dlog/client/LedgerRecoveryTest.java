package io.dlog.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.client.LedgerException.Code;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerState;
import io.dlog.protocol.Request;
import io.dlog.testing.ModelBookie;
import io.dlog.testing.SimulatedBookie;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LedgerRecoveryTest {
    private static LedgerWriter written(SimulatedLedgers cluster, int ensembleSize, int entries) {
        LedgerWriter writer = cluster.create(cluster.client("writer", ClientConfig.defaults()), ensembleSize, 2, 2);
        for (int i = 0; i < entries; i++) {
            cluster.await(cluster.add(writer, "entry" + i));
        }
        return writer;
    }

    private static CompletableFuture<LedgerReader> recover(SimulatedLedgers cluster, LedgerWriter writer) {
        return cluster.client("recovery", ClientConfig.defaults())
                .openWithRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD);
    }

    @Test
    void failsWhenTheLastAnswerToAWriteBackIsAnAcknowledgementButNoQuorum() {
        SimulatedLedgers cluster = new SimulatedLedgers(2);
        LedgerWriter writer = written(cluster, 2, 1);
        BookieId dead = cluster.bookies.get(1).id();
        cluster.network.detach(dead);
        // The dead one's connection fails within two milliseconds, long before the other one has synced.
        cluster.bookies.get(0).syncMicrosMax(200_000);

        LedgerException failure = cluster.failureOf(recover(cluster, writer));

        assertThat(failure.code()).isEqualTo(Code.RECOVERY_FAILED);
        assertThat(failure).hasMessageContaining("no ack quorum").hasMessageContaining(dead + ": NOT_CONNECTED");
        assertThat(cluster.stored(writer.ledgerId()).value().state()).isEqualTo(LedgerState.IN_RECOVERY);

        cluster.network.attach(dead, cluster.bookies.get(1));
        assertThat(cluster.await(recover(cluster, writer)).lastAddConfirmed()).isZero();
    }

    @Test
    void failsWhenTheLastAnswerToAWriteBackIsAFailure() {
        SimulatedLedgers cluster = new SimulatedLedgers(2);
        LedgerWriter writer = written(cluster, 2, 1);
        BookieId silent = cluster.bookies.get(1).id();
        cluster.network.block("recovery", silent.id());

        LedgerException failure = cluster.failureOf(recover(cluster, writer));

        assertThat(failure.code()).isEqualTo(Code.RECOVERY_FAILED);
        assertThat(failure).hasMessageContaining("no ack quorum").hasMessageContaining(silent + ": TIMEOUT");
    }

    /**
     * <pre>
     *   fragment at 0   b0 b1 b2     entry 2 on b2 b0, entry 3 on b0 b1
     *   fragment at 4   b3 b1 b2     empty; b1's last entry is 3, b2's is 2 and comes later
     * </pre>
     */
    @Test
    void aLowerLastEntryThatComesLaterDoesNotHideTheLengthOfAHigherOne() {
        SimulatedLedgers cluster = new SimulatedLedgers(4);
        LedgerWriter writer = written(cluster, 3, 4);
        List<BookieId> ensemble = writer.metadata().lastFragment().ensemble();
        ModelBookie spare = cluster.bookies.stream()
                .filter(b -> !ensemble.contains(b.id()))
                .findFirst()
                .orElseThrow();
        var stored = cluster.stored(writer.ledgerId());
        List<BookieId> next = List.of(spare.id(), ensemble.get(1), ensemble.get(2));
        cluster.await(cluster.store.write(stored.value().withEnsembleAt(4, next), stored.version()));
        cluster.network.block("recovery", spare.id().id());
        cluster.bookie(ensemble.get(2)).syncMicrosMax(200_000);
        List<Long> readAgain = new ArrayList<>();
        for (ModelBookie bookie : cluster.bookies) {
            SimulatedBookie watched = (request, reply) -> {
                if (request instanceof Request.Read read && read.fenceKey() == null) {
                    readAgain.add(read.entryId());
                }
                bookie.handle(request, reply);
            };
            cluster.network.attach(bookie.id(), watched);
        }

        LedgerReader reader = cluster.await(recover(cluster, writer));

        assertThat(reader.lastAddConfirmed()).isEqualTo(3);
        assertThat(reader.length()).isEqualTo(24);
        assertThat(readAgain).isEmpty();
    }

    /**
     * <pre>
     *   entry 2   on b2 b0
     *   entry 3   for b0 b1, on neither
     *   entry 4   for b1 b2, on b1: its length must not become the ledger's, which ends with 2
     * </pre>
     */
    @Test
    void theLengthOfAnEntryBeyondTheEndIsNotTheLedgers() {
        SimulatedLedgers cluster = new SimulatedLedgers(3);
        LedgerWriter writer = written(cluster, 3, 3);
        List<BookieId> ensemble = writer.metadata().lastFragment().ensemble();
        ModelBookie middle = cluster.bookie(ensemble.get(1));
        cluster.network.attach(middle.id(), (request, reply) -> {
            if (!(request instanceof Request.Add add) || add.entryId() != 3) {
                middle.handle(request, reply);
            }
        });
        cluster.network.block("writer", ensemble.get(0).id());
        cluster.network.block("writer", ensemble.get(2).id());
        CompletableFuture<Long> third = cluster.add(writer, "entry3");
        CompletableFuture<Long> fourth = cluster.add(writer, "entry4");
        cluster.world.run(Duration.ofMillis(50));
        assertThat(middle.durableEntry(writer.ledgerId(), 4)).isNotNull();
        cluster.network.block("recovery", ensemble.get(2).id());
        cluster.bookie(ensemble.get(0)).syncMicrosMax(200_000);

        LedgerReader reader = cluster.await(recover(cluster, writer));

        assertThat(third).isNotDone();
        assertThat(fourth).isNotDone();
        assertThat(reader.lastAddConfirmed()).isEqualTo(2);
        assertThat(reader.length()).isEqualTo(18);
    }
}
