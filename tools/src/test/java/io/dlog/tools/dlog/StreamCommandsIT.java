package io.dlog.tools.dlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.record.DLSN;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.tools.local.LocalCluster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands on streams, each against a running cluster. */
@Tag("integration")
@Timeout(120)
final class StreamCommandsIT {
    private static LocalCluster cluster;
    private static String uri;
    private final PrintStream stdout = System.out;
    private final InputStream stdin = System.in;
    private final StringWriter err = new StringWriter();
    private final Lines out = new Lines();

    /** What is printed; can be waited for. */
    private static final class Lines extends ByteArrayOutputStream {
        private final CountDownLatch three = new CountDownLatch(3);

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            for (int i = offset; i < offset + length; i++) {
                if (bytes[i] == '\n') {
                    three.countDown();
                }
            }
        }

        List<String> lines() {
            return toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    @BeforeAll
    static void startCluster(@TempDir Path data) throws IOException {
        cluster = LocalCluster.start(new LocalCluster.Settings(data, 1, 1, 0));
        uri = cluster.uri().toString();
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @AfterEach
    void restore() {
        System.setOut(stdout);
        System.setIn(stdin);
    }

    private List<String> dlog(String... args) {
        out.reset();
        assertThat(execute(args)).as("%s", err).isZero();
        return out.lines();
    }

    private int execute(String... args) {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        return DlogMain.commandLine().setErr(new PrintWriter(err, true)).execute(args);
    }

    private static List<DLSN> write(String stream, String... payloads) throws Exception {
        List<DLSN> positions = new ArrayList<>();
        try (WriteProxyClient client =
                WriteProxyClient.builder(cluster.proxyName(), "test").build()) {
            for (String payload : payloads) {
                positions.add(client.write(stream, ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)))
                        .get(30, TimeUnit.SECONDS));
            }
        }
        return positions;
    }

    private static String text(DLSN dlsn) {
        return dlsn.logSegmentSequenceNo() + "," + dlsn.entryId() + "," + dlsn.slotId();
    }

    @Test
    void writesLinesAndReadsThem() {
        System.setIn(new ByteArrayInputStream("one\ntwo\n\nfour".getBytes(StandardCharsets.UTF_8)));
        assertThat(dlog("write", "-u", uri, "lines")).isEmpty();
        assertThat(dlog("read", "-u", uri, "lines")).containsExactly("one", "two", "", "four");
        assertThat(dlog("read", "-u", uri, "--count", "2", "lines")).containsExactly("one", "two");
        assertThat(dlog("read", "-u", uri, "--from", "latest", "lines")).isEmpty();
    }

    @Test
    void readsFromAPosition() throws Exception {
        List<DLSN> at = write("positions", "one", "two", "three");
        assertThat(dlog("read", "-u", uri, "--from", text(at.get(1)), "positions"))
                .containsExactly("two", "three");
        assertThat(dlog("read", "-u", uri, "--from", text(at.get(2).nextDLSN()), "positions"))
                .isEmpty();
        List<String> shown = dlog("read", "-u", uri, "--position", "--count", "1", "positions");
        assertThat(shown).singleElement().asString().matches(text(at.get(0)) + "\t\\d+\tone");
        String txId = shown.get(0).split("\t")[1];
        assertThat(dlog("read", "-u", uri, "--from", "tx:" + txId, "positions")).containsExactly("one", "two", "three");
        assertThat(dlog("read", "-u", uri, "--from", "tx:" + Long.MAX_VALUE, "positions"))
                .isEmpty();
    }

    @Test
    void followsAStreamThatGrows() throws Exception {
        write("growing", "one", "two", "three");
        CompletableFuture<Integer> following =
                CompletableFuture.supplyAsync(() -> execute("read", "-u", uri, "--follow", "--count", "5", "growing"));
        assertThat(out.three.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(following).isNotDone();
        write("growing", "four", "five");
        assertThat(following.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(out.lines()).containsExactly("one", "two", "three", "four", "five");
    }

    @Test
    void showsCountsAndDumps() throws Exception {
        List<DLSN> at = write("shown", "one", "two", "three");
        List<String> show = dlog("tool", "show", "-u", uri, "-s", "shown");
        assertThat(show).hasSize(3);
        assertThat(show.get(0).replaceAll("(irstTxId|astTxid)=\\d+", "$1=T"))
                .isEqualTo("Stream : (firstTxId=T, lastTxid=T, firstDlsn=" + at.get(0) + ", lastDlsn=" + at.get(2)
                        + ", endOfStreamMarked=false, recordCount=3)");
        assertThat(show.get(1)).isEqualTo("Ledgers : ");
        assertThat(show.get(2)).matches("1\t: \\[LogSegmentId:\\d+, firstTxId:\\d+, .*, inProgress:true, .*\\]");

        assertThat(dlog("tool", "count", "-u", uri, "-s", "shown")).last().isEqualTo("total is 3 records.");
        assertThat(dlog("tool", "count", "-u", uri, "-s", "shown", text(at.get(1)), text(at.get(1))))
                .last()
                .isEqualTo("total is 1 records.");

        List<String> dump = dlog("tool", "dump", "-u", uri, "-s", "shown").stream()
                .map(line -> line.replaceAll("txn = \\d+", "txn = T"))
                .toList();
        assertThat(dump)
                .containsExactly(
                        "Last DLSN : " + at.get(2),
                        "Dump records for shown (from = " + DLSN.InitialDLSN + ", dump count = 100, total records = 3)",
                        "-".repeat(48),
                        "Record (txn = T, bytes = 3, dlsn = " + at.get(0) + ", sequence id = 0)",
                        "one",
                        "",
                        "Record (txn = T, bytes = 3, dlsn = " + at.get(1) + ", sequence id = 1)",
                        "two",
                        "",
                        "Record (txn = T, bytes = 5, dlsn = " + at.get(2) + ", sequence id = 2)",
                        "three",
                        "");
        assertThat(dlog("tool", "dump", "-u", uri, "-s", "shown", "-x", "-l", "1"))
                .contains("6f6e65")
                .doesNotContain("74776f");
        assertThat(dlog("tool", "dump", "-u", uri, "-s", "shown", "-sp")).doesNotContain("one");
    }

    @Test
    void deletesAStream() {
        dlog("tool", "create", "-u", uri, "-r", "gone", "-e", "1", "-f");
        assertThat(dlog("tool", "delete", "-u", uri, "-s", "gone1", "-f")).containsExactly("Deleted stream gone1.");
        assertThat(dlog("tool", "list", "-u", uri)).doesNotContain("gone1");
        assertThat(execute("read", "-u", uri, "gone1")).isEqualTo(1);
        assertThat(err.toString()).contains("no stream gone1 under " + uri);
    }
}
