package io.dlog.tools.bookie;

import io.dlog.bookie.BookieConfig;
import io.dlog.bookie.BookieFormat;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.metadata.zookeeper.BookieRegistrationNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.tools.console.CommandException;
import io.dlog.tools.console.Confirmation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a bookie's directories, empty. */
@Command(
        name = "bookieformat",
        description = "Format a bookie's directories: everything in them is lost. The bookie must not run.",
        mixinStandardHelpOptions = true)
final class BookieformatCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Option(
            names = {"-n", "-nonInteractive", "--nonInteractive"},
            description = "Don't ask; refuse when there is something to lose, unless -f.")
    private boolean neverAsks;

    @Option(
            names = {"-f", "-force", "--force"},
            description = "With -n: format even when there is something to lose.")
    private boolean isForced;

    @Option(
            names = {"-d", "-deleteCookie", "--deleteCookie"},
            description = "Also remove the bookie's cookie from ZooKeeper, without which it may start anew.")
    private boolean deletesCookie;

    @Override
    public Integer call() throws Exception {
        List<Path> full = new ArrayList<>();
        for (Path directory : bookie.directories()) {
            if (!contents(directory).isEmpty()) {
                full.add(directory);
            }
        }
        // Nothing is asked about directories that are empty or not there, so the guide's first format just runs.
        if (!full.isEmpty()) {
            if (neverAsks) {
                if (!isForced) {
                    throw new CommandException("there are data in " + full + "; -f formats them all the same");
                }
            } else if (!Confirmation.onConsole().confirm("Are you sure to format Bookie data..?")) {
                System.err.println("Bookie data were not formatted.");
                return 1;
            }
        }
        BookieConfig config = bookie.config();
        for (Path directory : bookie.directories()) {
            Files.createDirectories(directory);
        }
        BookieFormat.wipeDirectories(config);
        if (deletesCookie) {
            try (ZooKeeperSession session = bookie.connect();
                    ThreadScheduler scheduler = new ThreadScheduler("bookieformat", 1);
                    BookieRegistrationNodes registration = new BookieRegistrationNodes(
                            session, bookie.metadata().root(), scheduler.lane(0), lost -> {})) {
                BookieFormat.removeCookie(config, registration);
            }
        }
        System.out.println("Bookie formatted: " + bookie.directories() + ".");
        return 0;
    }

    private static List<Path> contents(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
