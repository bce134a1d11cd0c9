package io.dlog.tools.dlog;

import io.dlog.tools.console.CommandException;
import io.dlog.tools.local.Demo;
import io.dlog.tools.local.LocalCluster;
import io.dlog.tools.local.TemporaryDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows in a few seconds what this is, on real input and without set-up. */
@Command(
        name = "demo",
        description = {
            "Start a cluster in a temporary directory, write each line of FILE to a stream through the write proxy, tail it"
                    + " back, compare, and print what was seen.",
            "Exit status 0 with 'demo: OK', 1 on any difference."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String TEXT = "/io/dlog/tools/local/demo.txt";
    private static final int BOOKIES = 3;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Default: a text that comes along.")
    private @Nullable Path file;

    @Override
    public Integer call() throws Exception {
        Path given = file;
        if (given != null && (!Files.isReadable(given) || Files.isDirectory(given))) {
            throw new CommandException(
                    "no readable file " + given + "; leave it out to take the text that comes along");
        }
        Demo.Text text = given == null ? DemoCommand::openOwnText : () -> Files.newInputStream(given);
        return run(text, given == null ? "the text that comes along" : given.toString(), System.out);
    }

    /** Runs the demo on a text; the exit status. */
    static int run(Demo.Text text, String name, PrintStream out) throws IOException, InterruptedException {
        // Of the JVM, not of the process: the shell that became this process may have built the project first.
        long beganMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
        try (TemporaryDirectory directory = new TemporaryDirectory("dlog-demo-")) {
            out.println("dlog demo      " + name + ", line by line through a write proxy to a stream, and back");
            try (LocalCluster cluster =
                    LocalCluster.start(new LocalCluster.Settings(directory.path(), BOOKIES, 1, 0))) {
                out.println("Started        "
                        + cluster.phases().stream()
                                .map(phase -> phase.name() + " " + seconds(phase.took()))
                                .collect(Collectors.joining(", ")));
                Demo demo = new Demo(cluster, text, out, beganMillis);
                return demo.run() == Demo.Outcome.SAME ? 0 : 1;
            }
        }
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
    }

    private static InputStream openOwnText() throws IOException {
        InputStream in = DemoCommand.class.getResourceAsStream(TEXT);
        if (in == null) {
            throw new FileNotFoundException(TEXT + " is missing from the jar");
        }
        return in;
    }
}
