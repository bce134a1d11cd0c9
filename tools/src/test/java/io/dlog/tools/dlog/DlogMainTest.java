package io.dlog.tools.dlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class DlogMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int dlog(String... args) {
        return DlogMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Test
    void everyCommandExplainsItself() {
        List<String> silent = new ArrayList<>();
        visit(DlogMain.commandLine(), silent);
        assertThat(silent).isEmpty();
    }

    private static void visit(CommandLine command, List<String> silent) {
        boolean isHelp = command.getCommandName().equals("help");
        boolean hasText = command.getCommandSpec().usageMessage().description().length > 0;
        if (!isHelp && (!hasText || !command.getCommandSpec().mixinStandardHelpOptions())) {
            silent.add(command.getCommandSpec().qualifiedName());
        }
        command.getSubcommands().values().forEach(sub -> visit(sub, silent));
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        assertThat(dlog()).isZero();
        assertThat(out.toString()).contains("zkshell", "tool", "admin");
    }

    @Test
    void anUnknownCommandNamesTheNearest() {
        assertThat(dlog("tol")).isEqualTo(2);
        assertThat(err.toString()).startsWith("dlog: unknown command 'tol', did you mean tool?");
    }

    @Test
    void aWrongFlagIsOneLineThatNamesTheHelp() {
        assertThat(dlog("tool", "list", "--nonsense")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("--nonsense").contains("see bin/dlog tool list --help");
    }

    @Test
    void aFailureIsOneLineWithoutAStackTrace() {
        assertThat(dlog("zookeeper", "/nowhere/zookeeper.conf")).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "dlog: no file /nowhere/zookeeper.conf; copy conf/zookeeper.conf.template and edit it");
    }

    @Test
    void verboseAddsTheStackTrace() {
        assertThat(dlog("-v", "zookeeper", "/nowhere/zookeeper.conf")).isEqualTo(1);
        assertThat(err.toString()).contains("at io.dlog.tools.dlog.ZooKeeperCommand");
    }

    @Test
    void anOptionGivenTwiceCountsAsItIsGivenLast() {
        CommandLine.ParseResult parsed = DlogMain.commandLine()
                .parseArgs("writeproxy", "--port", "4181", "--announce", "--port", "0")
                .subcommand();
        assertThat(parsed.<String>matchedOptionValue("--port", "")).isEqualTo("0");
    }

    @Test
    void theCommandLineLoadsNoFinagle() throws Exception {
        Process help = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-verbose:class",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DlogMain.class.getName(),
                        "writeproxy",
                        "--help")
                .redirectErrorStream(true)
                .start();
        String loaded = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(help.waitFor()).isZero();
        assertThat(loaded).contains(" io.dlog.tools.dlog.LocalCommand ").doesNotContain(" com.twitter.", " scala.");
    }
}
