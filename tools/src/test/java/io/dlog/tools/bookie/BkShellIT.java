package io.dlog.tools.bookie;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("integration")
final class BkShellIT {
    private Path directory;
    private EmbeddedZooKeeper zooKeeper;
    private Path conf;
    private InputStream stdin;

    @BeforeEach
    void startZooKeeper(@TempDir Path scratch) throws IOException {
        directory = scratch;
        stdin = System.in;
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, directory.resolve("zk"));
        conf = Files.writeString(
                directory.resolve("bookie.conf"),
                "zkServers=" + zooKeeper.connectString() + "\nzkLedgersRootPath=/messaging/ledgers\n"
                        + "ledgerManagerType=hierarchical\njournalDirectory=" + directory.resolve("journal")
                        + "\nledgerDirectories=" + directory.resolve("ledgers") + "\n");
    }

    @AfterEach
    void stop() {
        System.setIn(stdin);
        zooKeeper.close();
    }

    private int shell(String typed, String command, String... flags) {
        System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
        String[] args = new String[flags.length + 3];
        args[0] = command;
        args[1] = "-conf";
        args[2] = conf.toString();
        System.arraycopy(flags, 0, args, 3, flags.length);
        return new CommandLine(new BkShellCommand())
                .setPosixClusteredShortOptionsAllowed(false)
                .setErr(new PrintWriter(new StringWriter()))
                .execute(args);
    }

    @Test
    void formatsANewClusterAndAsksBeforeItFormatsAgain() {
        assertThat(shell("", "whatisinstanceid")).isNotZero();
        assertThat(shell("", "metaformat")).isZero();
        assertThat(shell("", "whatisinstanceid")).isZero();

        assertThat(shell("N\n", "metaformat")).isEqualTo(1);
        assertThat(shell("Y\n", "metaformat")).isZero();
        assertThat(shell("", "metaformat", "-n")).isEqualTo(1);
        assertThat(shell("", "metaformat", "-n", "-f")).isZero();
        assertThat(shell("", "listbookies", "-a")).isZero();
        assertThat(shell("", "listledgers")).isZero();
    }

    @Test
    void formatsABookieAndAsksOnlyWhenThereIsSomethingToLose() throws IOException {
        assertThat(shell("", "bookieformat")).isZero();
        Path entryLog = directory.resolve("ledgers/current/0.log");
        Files.createDirectories(entryLog.getParent());
        Files.writeString(entryLog, "entries");

        assertThat(shell("N\n", "bookieformat")).isEqualTo(1);
        assertThat(shell("", "bookieformat", "-n")).isEqualTo(1);
        assertThat(entryLog).exists();
        assertThat(shell("Y\n", "bookieformat")).isZero();
        assertThat(directory.resolve("ledgers")).isEmptyDirectory();
        assertThat(directory.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void removesAClusterOnlyWhenItIsMeant() {
        assertThat(shell("", "initnewcluster")).isZero();
        assertThat(shell("", "initnewcluster")).isNotZero();
        assertThat(shell("", "nukeexistingcluster", "-p", "/other", "-f")).isNotZero();
        assertThat(shell("", "nukeexistingcluster", "-p", "/messaging/ledgers", "-i", "not-it"))
                .isNotZero();
        assertThat(shell("", "whatisinstanceid")).isZero();
        assertThat(shell("", "nukeexistingcluster", "-p", "/messaging/ledgers", "-f"))
                .isZero();
        assertThat(shell("", "whatisinstanceid")).isNotZero();
    }
}
