package io.dlog.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.client.LedgerException.Code;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.ledger.LedgerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class QuorumLedgerWriterTest {
    private final SimulatedLedgers cluster = new SimulatedLedgers(4);
    private final QuorumLedgerClient client = cluster.client("writer", ClientConfig.defaults());

    @Test
    void addsCompleteInOrderAndCloseFixesTheEnd() {
        LedgerWriter writer = cluster.create(client, 3, 2, 2);
        List<Long> completed = new ArrayList<>();
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 20; i++) {
            all = CompletableFuture.allOf(all, cluster.add(writer, "entry" + i).thenAccept(completed::add));
        }
        assertThat(writer.lastAddPushed()).isEqualTo(19);
        assertThat(writer.length()).isEqualTo(10 * 6 + 10 * 7);
        cluster.await(all);
        assertThat(completed).hasSize(20).isSorted();
        assertThat(writer.lastAddConfirmed()).isEqualTo(19);
        cluster.await(writer.close());
        assertThat(writer.metadata().isClosed()).isTrue();
        assertThat(writer.metadata().lastEntryId()).isEqualTo(19);
        assertThat(writer.metadata().length()).isEqualTo(130);
        assertThat(cluster.failureOf(cluster.add(writer, "late")).code()).isEqualTo(Code.LEDGER_CLOSED);
        cluster.await(writer.close());
    }

    @Test
    void anAddBeyondTheBoundFailsAtOnceAndTakesNoId() {
        QuorumLedgerClient bounded =
                cluster.client("bounded", ClientConfig.defaults().withPendingMax(2, 10));
        LedgerWriter writer = cluster.create(bounded, 3, 3, 2);
        CompletableFuture<Long> first = cluster.add(writer, "12345");
        CompletableFuture<Long> tooManyBytes = cluster.add(writer, "123456");
        CompletableFuture<Long> second = cluster.add(writer, "12345");
        CompletableFuture<Long> tooMany = cluster.add(writer, "");
        assertThat(cluster.failureOf(tooManyBytes).code()).isEqualTo(Code.TOO_MANY_REQUESTS);
        assertThat(cluster.failureOf(tooMany)).hasMessageContaining("pendingAddsMax");
        assertThat(cluster.await(first)).isZero();
        assertThat(cluster.await(second)).isEqualTo(1);
        assertThat(cluster.await(cluster.add(writer, "one that is longer than the bound")))
                .isEqualTo(2);
    }

    @Test
    void anotherBookieTakesThePlaceOfOneThatCrashed() {
        LedgerWriter writer = cluster.create(client, 3, 3, 2);
        cluster.await(cluster.add(writer, "a"));
        BookieId victim = writer.metadata().lastFragment().ensemble().get(1);
        cluster.network.detach(victim);
        for (int i = 0; i < 5; i++) {
            cluster.await(cluster.add(writer, "b" + i));
        }
        cluster.world.run(Duration.ofSeconds(1));
        assertThat(writer.metadata().fragments()).hasSize(2);
        List<BookieId> ensemble = writer.metadata().lastFragment().ensemble();
        assertThat(ensemble).doesNotContain(victim).doesNotHaveDuplicates();
        for (BookieId member : ensemble) {
            assertThat(cluster.bookie(member).durableEntry(writer.ledgerId(), 5))
                    .isNotNull();
        }
    }

    @Test
    void goesOnWithAnAckQuorumWhileNobodyCanReplaceAFailedBookie() {
        SimulatedLedgers three = new SimulatedLedgers(3);
        LedgerWriter writer = three.create(three.client("writer", ClientConfig.defaults()), 3, 3, 2);
        BookieId victim = writer.metadata().lastFragment().ensemble().get(0);
        three.network.detach(victim);
        for (int i = 0; i < 10; i++) {
            three.await(three.add(writer, "entry" + i));
        }
        assertThat(writer.metadata().fragments()).hasSize(1);
        BookieId spare = three.addBookie().id();
        three.await(three.add(writer, "after"));
        three.world.run(Duration.ofSeconds(3));
        assertThat(writer.metadata().lastFragment().ensemble()).contains(spare).doesNotContain(victim);
    }

    @Test
    void failsWhenNoAckQuorumComesBackInTime() {
        SimulatedLedgers three = new SimulatedLedgers(3);
        LedgerWriter writer = three.create(three.client("writer", ClientConfig.defaults()), 3, 3, 2);
        writer.metadata().lastFragment().ensemble().subList(0, 2).forEach(three.network::detach);
        LedgerException failure = three.failureOf(three.add(writer, "entry"));
        assertThat(failure.code()).isEqualTo(Code.NOT_ENOUGH_BOOKIES);
        assertThat(failure).hasMessageContaining("2 of").hasMessageContaining("ack quorum of 2");
        assertThat(three.failureOf(three.add(writer, "next")).code()).isEqualTo(Code.NOT_ENOUGH_BOOKIES);
    }

    @Test
    void createSaysHowManyBookiesAreMissing() {
        LedgerException failure = cluster.failureOf(
                client.create(CreateOptions.of(5, 3, 2, DigestType.CRC32, SimulatedLedgers.PASSWORD)));
        assertThat(failure.code()).isEqualTo(Code.NOT_ENOUGH_BOOKIES);
        assertThat(failure).hasMessage("an ensemble needs 5 writable bookies, there are 4");
    }

    @Test
    void aWriterThatWasFencedGetsNoMoreAcknowledgements() {
        LedgerWriter writer = cluster.create(client, 3, 3, 2);
        cluster.await(cluster.add(writer, "mine"));
        LedgerReader reader = cluster.await(cluster.client("other", ClientConfig.defaults())
                .openWithRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD));
        assertThat(reader.lastAddConfirmed()).isZero();
        assertThat(cluster.failureOf(cluster.add(writer, "too late")).code()).isEqualTo(Code.LEDGER_FENCED);
        assertThat(cluster.stored(writer.ledgerId()).value().state()).isEqualTo(LedgerState.CLOSED);
    }

    @Test
    void aWriterWhoseLedgerWasDeletedCannotChangeItsEnsemble() {
        LedgerWriter writer = cluster.create(client, 3, 3, 3);
        cluster.await(client.delete(writer.ledgerId()));
        cluster.network.detach(writer.metadata().lastFragment().ensemble().get(0));
        assertThat(cluster.failureOf(cluster.add(writer, "x")).code()).isEqualTo(Code.NO_SUCH_LEDGER);
    }

    @Test
    void anAbandonedWriterFailsWhatIsPendingAndLeavesTheLedgerForRecovery() {
        LedgerWriter writer = cluster.create(client, 3, 3, 2);
        cluster.await(cluster.add(writer, "kept"));
        cluster.bookies.forEach(b -> b.syncMicrosMax(10_000_000));
        CompletableFuture<Long> pending = cluster.add(writer, "x");
        cluster.world.run(Duration.ofMillis(2));
        writer.abandon();
        assertThat(cluster.failureOf(pending).code()).isEqualTo(Code.CLIENT_CLOSED);
        assertThat(cluster.failureOf(cluster.add(writer, "late")).code()).isEqualTo(Code.CLIENT_CLOSED);
        assertThat(cluster.stored(writer.ledgerId()).value().state()).isEqualTo(LedgerState.OPEN);
        cluster.bookies.forEach(b -> b.syncMicrosMax(2000));
        cluster.world.run(Duration.ofSeconds(30));
        LedgerReader reader = cluster.await(cluster.client("other", ClientConfig.defaults())
                .openWithRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD));
        assertThat(reader.lastAddConfirmed()).isNotNegative();
        assertThat(reader.isClosed()).isTrue();
    }

    @Test
    void aCloseThatFailedIsTriedAgainByTheNextCall() {
        LedgerWriter writer = cluster.create(client, 3, 3, 2);
        cluster.await(cluster.add(writer, "x"));
        LedgerMetadata kept = cluster.stored(writer.ledgerId()).value();
        cluster.await(client.delete(writer.ledgerId()));
        assertThat(cluster.failureOf(writer.close()).code()).isEqualTo(Code.NO_SUCH_LEDGER);
        cluster.await(cluster.store.create(kept));
        cluster.await(writer.close());
        assertThat(writer.metadata().isClosed()).isTrue();
        assertThat(cluster.stored(writer.ledgerId()).value().lastEntryId()).isZero();
    }

    @Test
    void closingTheClientFailsWhatIsPendingAndLeavesTheLedgerOpen() {
        LedgerWriter writer = cluster.create(client, 3, 3, 2);
        cluster.bookies.forEach(b -> b.syncMicrosMax(10_000_000));
        CompletableFuture<Long> pending = cluster.add(writer, "x");
        cluster.world.run(Duration.ofMillis(2));
        client.close();
        assertThat(cluster.failureOf(pending).code()).isEqualTo(Code.CLIENT_CLOSED);
        assertThat(writer.metadata().state()).isEqualTo(LedgerState.OPEN);
    }
}
