package io.dlog.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.client.LedgerException.Code;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.protocol.WireVersion;
import io.dlog.testing.ModelBookie;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuorumLedgerReaderTest {
    private final SimulatedLedgers cluster = new SimulatedLedgers(4);
    private final QuorumLedgerClient client = cluster.client("writer", ClientConfig.defaults());
    private final QuorumLedgerClient other = cluster.client("reader", ClientConfig.defaults());

    private LedgerReader open(LedgerClient by, LedgerWriter writer) {
        return cluster.await(by.openWithoutRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD));
    }

    private LedgerWriter written(int entries) {
        LedgerWriter writer = cluster.create(client, 3, 2, 2);
        for (int i = 0; i < entries; i++) {
            cluster.await(cluster.add(writer, "entry" + i));
        }
        return writer;
    }

    @Test
    void readsARangeInOrderFromWhicheverBookieAnswers() {
        LedgerWriter writer = written(50);
        cluster.await(writer.close());
        cluster.network.detach(writer.metadata().lastFragment().ensemble().get(1));
        LedgerReader reader = open(other, writer);
        assertThat(reader.isClosed()).isTrue();
        List<LedgerEntry> entries = cluster.await(reader.read(5, 49));
        for (int i = 0; i < entries.size(); i++) {
            assertThat(SimulatedLedgers.text(entries.get(i))).isEqualTo("entry" + (i + 5));
        }
        assertThat(entries).hasSize(45);
        assertThat(cluster.failureOf(reader.read(0, 50)).code()).isEqualTo(Code.READ_FAILED);
        assertThat(cluster.failureOf(reader.read(3, 2)).code()).isEqualTo(Code.INCORRECT_PARAMETER);
    }

    @Test
    void aBookieThatHangsDoesNotHoldTheReaderUp() {
        LedgerWriter writer = written(3);
        cluster.await(writer.close());
        LedgerReader reader = open(other, writer);
        cluster.network.block(
                "reader", writer.metadata().lastFragment().ensemble().get(0).id());
        long before = cluster.world.clock().nanoTime();
        assertThat(SimulatedLedgers.text(cluster.await(reader.read(0, 0)).get(0)))
                .isEqualTo("entry0");
        assertThat(Duration.ofNanos(cluster.world.clock().nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void whatIsNotKnownIsNotReportedAsAbsent() {
        LedgerWriter writer = written(1);
        LedgerReader reader = open(other, writer);
        assertThat(cluster.failureOf(reader.readUnconfirmed(7, 7)).code()).isEqualTo(Code.NO_SUCH_ENTRY);
        cluster.bookies.forEach(b -> b.readErrorOneIn(1));
        assertThat(cluster.failureOf(reader.readUnconfirmed(7, 7)).code()).isEqualTo(Code.READ_FAILED);
    }

    @ParameterizedTest
    @EnumSource(WireVersion.class)
    void waitsForTheNextEntryAndLearnsOfTheEnd(WireVersion version) {
        LedgerWriter writer = written(2);
        LedgerReader reader =
                open(cluster.client("tail", ClientConfig.defaults().speaking(version)), writer);
        assertThat(reader.lastAddConfirmed()).isZero();
        CompletableFuture<Optional<LedgerEntry>> next = reader.awaitEntry(1, Duration.ofSeconds(10));
        cluster.world.run(Duration.ofMillis(500));
        assertThat(next).isNotDone();
        cluster.await(cluster.add(writer, "entry2"));
        assertThat(cluster.await(next).map(SimulatedLedgers::text)).contains("entry1");
        assertThat(cluster.await(reader.readLastAddConfirmed())).isEqualTo(1);

        CompletableFuture<Optional<LedgerEntry>> last = reader.awaitEntry(2, Duration.ofSeconds(10));
        CompletableFuture<Optional<LedgerEntry>> beyond = reader.awaitEntry(3, Duration.ofSeconds(10));
        cluster.await(writer.close());
        assertThat(cluster.await(last).map(SimulatedLedgers::text)).contains("entry2");
        assertThat(cluster.await(beyond)).isEmpty();
        assertThat(reader.isClosed()).isTrue();
        assertThat(reader.length()).isEqualTo(18);
    }

    @Test
    void awaitingEndsEmptyHandedWhenTimePasses() {
        LedgerReader reader = open(other, written(1));
        long before = cluster.world.clock().nanoTime();
        assertThat(cluster.await(reader.awaitEntry(5, Duration.ofSeconds(3)))).isEmpty();
        assertThat(Duration.ofNanos(cluster.world.clock().nanoTime() - before))
                .isBetween(Duration.ofSeconds(3), Duration.ofMillis(3100));
        assertThat(reader.isClosed()).isFalse();
    }

    @Test
    void followsTheWriterToAnotherEnsemble() {
        LedgerWriter writer = written(2);
        LedgerReader reader = open(other, writer);
        BookieId victim = writer.metadata().lastFragment().ensemble().get(0);
        cluster.network.detach(victim);
        cluster.await(cluster.add(writer, "entry2"));
        cluster.await(cluster.add(writer, "entry3"));
        cluster.await(cluster.add(writer, "entry4"));
        for (long entryId = 0; entryId <= 3; entryId++) {
            assertThat(cluster.await(reader.awaitEntry(entryId, Duration.ofSeconds(20)))
                            .map(SimulatedLedgers::text))
                    .contains("entry" + entryId);
        }
        assertThat(reader.metadata().lastFragment().ensemble()).doesNotContain(victim);
    }

    @Test
    void aLedgerClosedInFrontOfAConfirmedEntryFailsTheReaderAndHangsNobody() {
        LedgerWriter writer = written(3);
        LedgerReader reader = open(other, writer);
        assertThat(reader.lastAddConfirmed()).isEqualTo(1);
        CompletableFuture<Optional<LedgerEntry>> waiting = reader.awaitEntry(2, Duration.ofSeconds(30));
        var stored = cluster.stored(writer.ledgerId());
        cluster.await(cluster.store.write(stored.value().closedAt(0, 6), stored.version()));

        LedgerException failure = cluster.failureOf(waiting);

        assertThat(failure.code()).isEqualTo(Code.UNKNOWN_DATA);
        assertThat(failure).hasMessageContaining("closed at 0").hasMessageContaining("entry 1 was confirmed");
        assertThat(cluster.failureOf(reader.awaitEntry(0, Duration.ofSeconds(30))))
                .isSameAs(failure);
        assertThat(cluster.failureOf(reader.read(0, 0))).isSameAs(failure);
        assertThat(cluster.failureOf(reader.readUnconfirmed(7, 7))).isSameAs(failure);
        assertThat(cluster.failureOf(reader.readLastAddConfirmed())).isSameAs(failure);
        assertThat(open(other, writer).lastAddConfirmed()).isZero();
    }

    /** Bookies whose answers claim, where no digest covers it, that all up to {@code lac} is confirmed. */
    private void claimTooMuch(long lac) {
        for (ModelBookie bookie : cluster.bookies) {
            cluster.network.attach(bookie.id(), (request, reply) -> {
                if (request instanceof Request.LongPollRead poll) {
                    reply.accept(new Response.Entry(
                            poll.requestId(), StatusCode.OK, poll.ledgerId(), -1, null, lac, Response.UNSET));
                    return;
                }
                bookie.handle(
                        request,
                        response -> reply.accept(
                                response instanceof Response.Entry e
                                        ? new Response.Entry(
                                                e.requestId(),
                                                e.status(),
                                                e.ledgerId(),
                                                e.entryId(),
                                                e.entry(),
                                                lac,
                                                Response.UNSET)
                                        : response));
            });
        }
    }

    @Test
    void anEntryThatALongPollBroughtIsNotReadAgain() {
        LedgerWriter writer = written(2);
        List<Long> reads = new ArrayList<>();
        for (ModelBookie bookie : cluster.bookies) {
            cluster.network.attach(bookie.id(), (request, reply) -> {
                if (request instanceof Request.Read read) {
                    reads.add(read.entryId());
                }
                bookie.handle(request, reply);
            });
        }
        LedgerReader reader = open(other, writer);
        CompletableFuture<Optional<LedgerEntry>> next = reader.awaitEntry(1, Duration.ofSeconds(10));
        cluster.world.run(Duration.ofMillis(100));
        cluster.await(cluster.add(writer, "entry2"));
        assertThat(cluster.await(next).map(SimulatedLedgers::text)).contains("entry1");
        cluster.world.run(Duration.ofSeconds(1));
        assertThat(reads).isEmpty();
    }

    @Test
    void aLastAddConfirmedThatNoDigestCoversIsNotBelieved() {
        LedgerWriter writer = written(2);
        claimTooMuch(1000);
        LedgerReader reader = open(other, writer);
        assertThat(SimulatedLedgers.text(cluster.await(reader.read(0, 0)).get(0)))
                .isEqualTo("entry0");
        assertThat(reader.lastAddConfirmed()).isZero();
        CompletableFuture<Optional<LedgerEntry>> next = reader.awaitEntry(1, Duration.ofSeconds(60));
        long eventsBefore = cluster.world.eventsRun();
        cluster.world.run(Duration.ofSeconds(10));
        assertThat(next).isNotDone();
        assertThat(reader.lastAddConfirmed()).isZero();
        // A claim that does not come true must not keep reader and bookies busy.
        assertThat(cluster.world.eventsRun() - eventsBefore).isLessThan(5_000);

        cluster.await(cluster.add(writer, "entry2"));
        assertThat(cluster.await(next).map(SimulatedLedgers::text)).contains("entry1");
        assertThat(reader.lastAddConfirmed()).isEqualTo(1);
        CompletableFuture<Optional<LedgerEntry>> beyond = reader.awaitEntry(3, Duration.ofSeconds(60));
        cluster.await(writer.close());
        assertThat(cluster.await(beyond)).isEmpty();
        assertThat(reader.lastAddConfirmed()).isEqualTo(2);
    }

    @Test
    void aWrongPasswordIsRefusedBeforeAnyBookieIsAsked() {
        LedgerWriter writer = written(1);
        assertThat(cluster.failureOf(other.openWithRecovery(writer.ledgerId(), DigestType.CRC32C, new byte[] {1}))
                        .code())
                .isEqualTo(Code.UNAUTHORIZED);
        assertThat(cluster.failureOf(other.openWithRecovery(4711, DigestType.CRC32C, new byte[0]))
                        .code())
                .isEqualTo(Code.NO_SUCH_LEDGER);
    }

    @Test
    void recoveryOfALedgerWithAnEmptyLastFragmentKeepsItsLength() {
        LedgerWriter writer = written(4);
        ModelBookie spare = cluster.bookies.stream()
                .filter(b -> !writer.metadata().lastFragment().ensemble().contains(b.id()))
                .findFirst()
                .orElseThrow();
        var stored = cluster.stored(writer.ledgerId());
        List<BookieId> next = List.of(
                spare.id(),
                stored.value().lastFragment().ensemble().get(1),
                stored.value().lastFragment().ensemble().get(2));
        cluster.await(cluster.store.write(stored.value().withEnsembleAt(4, next), stored.version()));
        LedgerReader reader =
                cluster.await(other.openWithRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD));
        assertThat(reader.lastAddConfirmed()).isEqualTo(3);
        assertThat(reader.length()).isEqualTo(24);
    }

    @Test
    void recoveryFailsRatherThanCutsOffWhatItCannotRead() {
        LedgerWriter writer = written(4);
        cluster.bookies.forEach(b -> b.readErrorOneIn(1));
        CompletableFuture<LedgerReader> recovery =
                other.openWithRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD);
        assertThat(cluster.failureOf(recovery).code()).isEqualTo(Code.RECOVERY_FAILED);
        cluster.bookies.forEach(b -> b.readErrorOneIn(0));
        assertThat(cluster.await(
                                other.openWithRecovery(writer.ledgerId(), DigestType.CRC32C, SimulatedLedgers.PASSWORD))
                        .lastAddConfirmed())
                .isEqualTo(3);
    }
}
