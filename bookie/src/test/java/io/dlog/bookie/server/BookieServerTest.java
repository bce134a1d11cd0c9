package io.dlog.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.bookie.ledger.Admission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BookieServerTest {
    private static final String KEY = "2aa226ba095b6969a64871977693b14671710d76";
    private static final String OK = "00000000";
    private static final String NO_ENTRY = "00000002";
    private static final String IO_ERROR = "00000065";
    private static final String READ_ONLY = "00000069";

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String framed(String hex) {
        return String.format("%08x", hex.length() / 2) + hex;
    }

    private static String id(long id) {
        return String.format("%016x", id);
    }

    private static String add(int flags, long ledger, long entry, long lac, String data) {
        return framed(String.format("0201%04x", flags) + KEY + id(ledger) + id(entry) + id(lac) + id(0) + data);
    }

    private static String added(String status, long ledger, long entry) {
        return "02010000" + status + id(ledger) + id(entry);
    }

    private static String read(long ledger, long entry) {
        return framed("02020000" + id(ledger) + id(entry));
    }

    private static String fence(long ledger, long entry) {
        return framed("02020001" + id(ledger) + id(entry) + KEY);
    }

    /** v3, waits for a LAC above {@code previousLac} and wants the next entry with it. */
    private static String longPoll(long ledger, long previousLac, int timeoutMillis) {
        String read = "08" + varint(ledger) + "10" + varint(-1) + "20" + varint(previousLac) + "28"
                + varint(timeoutMillis) + "a00602";
        return framed("0a060803100118" + "09" + "a206" + varint(read.length() / 2) + read);
    }

    private static String varint(long value) {
        StringBuilder out = new StringBuilder();
        long rest = value;
        do {
            long low = rest & 0x7f;
            rest >>>= 7;
            out.append(String.format("%02x", rest == 0 ? low : low | 0x80));
        } while (rest != 0);
        return out.toString();
    }

    /** Watches the server's state, which changes on other threads and tells nobody. */
    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited 10 s for a condition").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void answersAFenceOnlyWhenItIsDurableWhateverItFinds() throws Exception {
        try (RawClient writer = server.connect();
                RawClient unknown = server.connect();
                RawClient missing = server.connect();
                RawClient found = server.connect()) {
            assertThat(writer.ask(add(0, 7, 0, -1, "aa"))).isEqualTo(added(OK, 7, 0));
            server.storage.syncOnCommandOnly();
            unknown.send(fence(8, -1));
            missing.send(fence(7, 5));
            found.send(fence(7, 0));
            await(() -> server.storage.waitingForDurability() == 3);
            assertThat(writer.ask(add(0, 7, 1, -1, "bb"))).isEqualTo(added("00000068", 7, 1));
            assertThat(unknown.available()).isZero();
            assertThat(missing.available()).isZero();
            assertThat(found.available()).isZero();
            server.storage.sync();
            assertThat(unknown.receive()).isEqualTo("02020000" + NO_ENTRY + id(8) + id(-1));
            assertThat(missing.receive()).isEqualTo("02020000" + NO_ENTRY + id(7) + id(5));
            assertThat(found.receive()).startsWith("02020000" + OK + id(7) + id(0));
        }
    }

    @Test
    void answersIoErrorToAddsAndFencesThatNeverBecomeDurable() throws Exception {
        server.storage.syncOnCommandOnly();
        try (RawClient client = server.connect()) {
            client.send(add(0, 7, 0, -1, "aa") + fence(8, -1));
            await(() -> server.storage.waitingForDurability() == 2);
            server.storage.fail();
            String first = client.receive();
            String second = client.receive();
            assertThat(new String[] {first, second})
                    .containsExactlyInAnyOrder(added(IO_ERROR, 7, 0), "02020000" + IO_ERROR + id(8) + id(-1));
            assertThat(client.ask(add(0, 7, 1, -1, "aa"))).isEqualTo(added(IO_ERROR, 7, 1));
        }
    }

    @Test
    void answersManyPipelinedAddsInOrderWithOneCallbackABatch() throws Exception {
        server.storage.syncOnCommandOnly();
        int n = 5000;
        StringBuilder adds = new StringBuilder();
        for (int e = 0; e < n; e++) {
            adds.append(add(0, 7, e, e - 1, "0102030405060708"));
        }
        byte[] bytes = HexFormat.of().parseHex(adds);
        try (RawClient client = server.connect()) {
            client.send(bytes);
            await(() -> server.counted("bookie_adds_total{outcome=\"stored\"}") == n);
            assertThat(server.storage.waitingForDurability()).isBetween(1, n / 20);
            assertThat(client.available()).isZero();
            server.storage.sync();
            // The last socket read may ask for its adds only now.
            for (int e = 0; e < n; e++) {
                if (client.available() == 0) {
                    server.storage.sync();
                }
                assertThat(client.receive()).isEqualTo(added(OK, 7, e));
            }
        }
    }

    @Test
    void holdsWritersBackWhileTheLogBufferIsFullAndLosesNothing() throws Exception {
        try (RawClient client = server.connect();
                RawClient reader = server.connect()) {
            assertThat(client.ask(add(0, 7, 0, -1, "aa"))).isEqualTo(added(OK, 7, 0));
            server.storage.fill();
            client.send(add(0, 7, 1, -1, "aa") + add(0, 7, 2, -1, "aa") + read(7, 1));
            await(() -> server.counted("bookie_pauses_total") == 1);
            assertThat(reader.ask(read(7, 0))).startsWith("02020000" + OK);
            assertThat(client.available()).isZero();
            server.storage.drain();
            String[] answers = {client.receive(), client.receive(), client.receive()};
            assertThat(answers).contains(added(OK, 7, 1), added(OK, 7, 2));
            assertThat(client.ask(add(0, 7, 3, -1, "aa"))).isEqualTo(added(OK, 7, 3));
        }
    }

    @Test
    void servesReadsAndUrgentAddsWhenReadOnly() throws Exception {
        try (RawClient client = server.connect()) {
            assertThat(client.ask(add(0, 7, 0, -1, "aa"))).isEqualTo(added(OK, 7, 0));
            server.ledgers.admit(Admission.HIGH_PRIORITY);
            assertThat(client.ask(add(0, 7, 1, -1, "aa"))).isEqualTo(added(READ_ONLY, 7, 1));
            assertThat(client.ask(add(4, 7, 1, -1, "aa"))).isEqualTo(added(OK, 7, 1));
            assertThat(client.ask(read(7, 0))).startsWith("02020000" + OK);
        }
    }

    @Test
    void saysIoErrorAndNeverNoEntryWhenTheDiskCannotBeRead() throws Exception {
        try (RawClient client = server.connect()) {
            assertThat(client.ask(add(0, 7, 0, -1, "aa"))).isEqualTo(added(OK, 7, 0));
            server.storage.evictFromMemory();
            assertThat(client.ask(read(7, 0))).startsWith("02020000" + OK);
            server.storage.makeUnreadable();
            assertThat(client.ask(read(7, 0))).isEqualTo("02020000" + IO_ERROR + id(7) + id(0));
            assertThat(client.ask(read(99, 0))).isEqualTo("02020000" + IO_ERROR + id(99) + id(0));
        }
    }

    @Test
    void answersEachOfManyPipelinedReadsFromDiskOnce() throws Exception {
        // Below the hundred that may wait for a reader thread.
        int n = 96;
        StringBuilder adds = new StringBuilder();
        StringBuilder reads = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int e = 0; e < n; e++) {
            adds.append(add(0, 7, e, e - 1, "aa"));
            // Every seventh is not there.
            long entry = e % 7 == 6 ? n + e : e;
            reads.append(read(7, entry));
            expected.add((entry < n ? OK : NO_ENTRY) + id(7) + id(entry));
        }
        try (RawClient client = server.connect()) {
            client.send(adds.toString());
            for (int e = 0; e < n; e++) {
                assertThat(client.receive()).isEqualTo(added(OK, 7, e));
            }
            server.storage.evictFromMemory();
            client.send(reads.toString());
            List<String> answers = new ArrayList<>();
            for (int e = 0; e < n; e++) {
                answers.add(client.receive().substring(8, 8 + expected.get(0).length()));
            }
            assertThat(answers).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(server.counted("bookie_cold_reads_total")).isEqualTo(n);
            assertThat(client.ask(add(0, 7, n, n - 1, "aa"))).isEqualTo(added(OK, 7, n));
        }
    }

    @Test
    void wakesALongPollAsSoonAsTheLacMoves() throws Exception {
        try (RawClient writer = server.connect();
                RawClient tail = server.connect()) {
            assertThat(writer.ask(add(0, 8, 0, -1, "aa"))).isEqualTo(added(OK, 8, 0));
            CompletableFuture<String> answer = new CompletableFuture<>();
            tail.send(longPoll(8, -1, 60_000));
            await(() -> server.counted("bookie_requests_total{kind=\"long_poll_read\"}") == 1);
            assertThat(tail.available()).isZero();
            assertThat(writer.ask(add(0, 8, 1, 0, "bb"))).isEqualTo(added(OK, 8, 1));
            answer.complete(tail.receive());
            // Entry 0 with LAC 0 and the time at which it moved.
            assertThat(answer.join()).startsWith("0a060803100118091000").contains(id(8) + id(0) + id(-1));
            assertThat(answer.join()).contains("aa2800" + "30");
        }
    }

    @Test
    void answersALongPollThatTimesOutAndForgetsOneWhoseClientLeft() throws Exception {
        try (RawClient writer = server.connect();
                RawClient tail = server.connect()) {
            assertThat(writer.ask(add(0, 8, 0, -1, "aa"))).isEqualTo(added(OK, 8, 0));
            assertThat(tail.ask(longPoll(8, 0, 20)))
                    .startsWith("0a060803100118091000")
                    .endsWith("28" + varint(-1));
            for (int i = 0; i < TestServer.LONG_POLLS_MAX; i++) {
                tail.send(longPoll(8, 0, 60_000));
            }
            await(() ->
                    server.counted("bookie_requests_total{kind=\"long_poll_read\"}") == TestServer.LONG_POLLS_MAX + 1);
            // TOO_MANY_REQUESTS
            assertThat(tail.ask(longPoll(8, 0, 60_000))).startsWith("0a0608031001180910fa03");
        }
        try (RawClient next = server.connect()) {
            // The group of connections forgets a closed one a moment before its polls are cancelled.
            await(() -> next.ask(longPoll(8, 0, 20)).startsWith("0a060803100118091000"));
        }
    }

    @Test
    void stopsServingAClientThatDoesNotFetchItsAnswers() throws Exception {
        String data = "00".repeat(1 << 20);
        try (RawClient writer = server.connect();
                RawClient slow = server.connect()) {
            assertThat(writer.ask(add(0, 7, 0, -1, data))).isEqualTo(added(OK, 7, 0));
            int wanted = 1000;
            for (int i = 0; i < wanted; i++) {
                slow.send(read(7, 0));
            }
            // A gigabyte was asked for; what was read from memory is what sockets and marks hold.
            assertThat(writer.ask(read(7, 0))).startsWith("02020000" + OK);
            assertThat(server.counted("bookie_reads_total{status=\"ok\"}")).isLessThan(100);
            for (int i = 0; i < 40; i++) {
                assertThat(slow.receive()).startsWith("02020000" + OK);
            }
        }
    }

    @Test
    void namesTheTakenPort() {
        assertThatThrownBy(() -> new TestServer(server.port()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bookie port " + server.port() + " on ")
                .hasMessageNotContaining("\n");
    }
}
