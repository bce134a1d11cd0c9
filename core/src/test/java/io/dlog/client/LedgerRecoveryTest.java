package io.dlog.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.client.LedgerException.Code;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerState;
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
}
