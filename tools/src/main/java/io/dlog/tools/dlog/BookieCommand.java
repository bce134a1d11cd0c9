package io.dlog.tools.dlog;

import io.dlog.bookie.BookieMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs a bookie in the foreground. Thread: the bookie takes over the process and ends it, with the exit status of
 * {@link BookieMain}.
 */
@Command(
        name = "bookie",
        description = {
            "Run a bookie in the foreground; SIGTERM stops it.",
            "Prints 'bookie ID is ready' when it accepts work."
        },
        mixinStandardHelpOptions = true)
final class BookieCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--conf", "-conf"},
            paramLabel = "FILE",
            required = true,
            description = "The bookie's settings, like conf/bookie.conf.template.")
    private Path conf = Path.of("");

    @Option(
            names = {"--readonly", "--readOnly", "-readOnly"},
            description = "Serve reads only.")
    private boolean isReadOnly;

    @Override
    public Integer call() throws InterruptedException {
        List<String> args = new ArrayList<>(List.of("--conf", conf.toString()));
        if (isReadOnly) {
            args.add("--readonly");
        }
        BookieMain.main(args.toArray(String[]::new));
        return 0;
    }
}
