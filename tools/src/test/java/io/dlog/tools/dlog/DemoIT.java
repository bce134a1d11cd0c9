package io.dlog.tools.dlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.tools.local.Demo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("integration")
@Timeout(120)
final class DemoIT {
    private final PrintStream stdout = System.out;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);

    @AfterEach
    void restore() {
        System.setOut(stdout);
    }

    private List<String> printed() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void writesAndReadsTheTextThatComesAlong() {
        System.setOut(printer);
        assertThat(DlogMain.commandLine().execute("demo")).isZero();
        assertThat(printed()).last().isEqualTo("demo: OK");
        assertThat(printed())
                .anySatisfy(line -> assertThat(line).matches("Written +274 records, 12,662 bytes; .* records/s"))
                .anySatisfy(line -> assertThat(line)
                        .matches("Latency +p50 [0-9.]+ ms, p99 [0-9.]+ ms until fsynced by 2 of 3 bookies, .*"))
                .anySatisfy(line -> assertThat(line)
                        .matches("Copies +log segment 1 = ledger 0, .* 3 copies of each entry on bookies"
                                + " 127\\.0\\.0\\.1:\\d+, 127\\.0\\.0\\.1:\\d+, 127\\.0\\.0\\.1:\\d+"));
    }

    @Test
    void failsWhenWhatIsReadIsNotTheText() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        // Somebody edits the file while the demo runs: what it compares with is not what it wrote.
        Demo.Text edited = () -> new ByteArrayInputStream(
                (opened.getAndIncrement() == 0 ? "one\ntwo\n" : "one\nTWO\n").getBytes(StandardCharsets.UTF_8));
        assertThat(DemoCommand.run(edited, "edited", printer)).isEqualTo(1);
        assertThat(printed())
                .contains("Read back      record 2 differs: line \"TWO\", read back \"two\"", "demo: DIFFERENT")
                .doesNotContain("demo: OK");
    }

    @Test
    void saysInOneLineThatAFileIsMissing() {
        StringWriter err = new StringWriter();
        assertThat(DlogMain.commandLine().setErr(new PrintWriter(err, true)).execute("demo", "nowhere.txt"))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly("dlog: no readable file nowhere.txt; leave it out to take the text that comes along");
    }
}
