package io.dlog.tools.dlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
final class NamespaceCommandsIT {
    private final PrintStream stdout = System.out;
    private final StringWriter err = new StringWriter();
    private EmbeddedZooKeeper zooKeeper;
    private String uri;
    private String printed = "";

    @BeforeEach
    void startZooKeeper(@TempDir Path scratch) throws IOException {
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, scratch.resolve("zk"));
        uri = "distributedlog://" + zooKeeper.connectString() + "/messaging/distributedlog/mynamespace";
    }

    @AfterEach
    void stop() {
        System.setOut(stdout);
        zooKeeper.close();
    }

    private int dlog(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        int status = DlogMain.commandLine().setErr(new PrintWriter(err, true)).execute(args);
        printed = out.toString(StandardCharsets.UTF_8);
        return status;
    }

    private int bind(String group, String... more) {
        String servers = zooKeeper.connectString();
        String[] args = new String[more.length + 16];
        String[] guide = {
            group,
            "bind",
            "-dlzr",
            servers,
            "-dlzw",
            servers,
            "-s",
            servers,
            "-bkzr",
            servers,
            "-l",
            "/messaging/bookkeeper/ledgers",
            "-i",
            "false",
            "-r",
            "true"
        };
        System.arraycopy(guide, 0, args, 0, guide.length);
        System.arraycopy(more, 0, args, guide.length, more.length);
        return dlog(args);
    }

    @Test
    void bindsShowsAndUnbindsAsTheGuideSays() {
        assertThat(bind("admin", "-c", uri)).isZero();
        assertThat(printed.lines())
                .containsExactly("No bookkeeper is bound to " + uri, "Created binding on " + uri + ".");

        assertThat(bind("tool", uri)).isZero();
        assertThat(printed).endsWith("No bookkeeper binding needs to be updated. Quit.\n");

        assertThat(dlog("admin", "bind", "-q", uri)).isZero();
        assertThat(printed)
                .startsWith("There is bookkeeper bound to " + uri + " : \n\n")
                .contains("/messaging/bookkeeper/ledgers")
                .endsWith("Done.\n");

        assertThat(dlog("admin", "unbind", "-f", uri)).isZero();
        assertThat(printed).endsWith("Unbound on " + uri + ".\n");
        assertThat(dlog("admin", "bind", "-q", uri)).isZero();
        assertThat(printed).startsWith("No bookkeeper is bound to " + uri);
    }

    @Test
    void refusesToBindWhereThereIsNoNodeOrNoCluster() {
        assertThat(bind("admin", uri)).isEqualTo(1);
        assertThat(err.toString()).contains("bind with -c to create it");
        assertThat(dlog("admin", "bind", "-l", "/ledgers", uri)).isEqualTo(1);
        assertThat(err.toString())
                .contains("Error: Neither zkServers nor ledgersPath specified for bookkeeper environment.");
    }

    @Test
    void createsAndListsStreams() {
        assertThat(bind("admin", "-c", uri)).isZero();

        assertThat(dlog("tool", "create", "-u", uri, "-r", "stream-", "-e", "0-2", "-f"))
                .isZero();
        assertThat(dlog("tool", "list", "-u", uri)).isZero();
        assertThat(printed.lines())
                .containsExactly(
                        "Streams under " + uri + " : ",
                        "-".repeat(32),
                        "stream-0",
                        "stream-1",
                        "stream-2",
                        "-".repeat(32));

        assertThat(dlog("tool", "create", "-u", uri, "-r", "stream-", "-e", "1", "-f"))
                .isEqualTo(1);
        assertThat(dlog("tool", "show", "-u", uri, "-s", "nowhere")).isEqualTo(1);
        assertThat(err.toString()).contains("no stream nowhere under " + uri);
    }
}
