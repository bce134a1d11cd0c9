package io.dlog.tools.bookie;

import io.dlog.tools.console.CommandException;
import io.dlog.tools.console.Confirmation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
        for (Path directory : bookie.directories()) {
            Files.createDirectories(directory);
            for (Path content : contents(directory)) {
                deleteTree(content);
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

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
