package io.dlog.tools.dlog;

import io.dlog.config.EditDistance;
import io.dlog.tools.bookie.BkShellCommand;
import io.dlog.tools.console.CommandException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code dlog} command. Exit status: 0 success, 1 the command failed, 2 it was called wrongly. A failure is one line
 * on stderr; {@code -v} adds the stack trace and the log.
 */
@Command(
        name = "dlog",
        description = "Replicated, fsynced streams of records.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "bin/dlog COMMAND --help explains a command; docs/operations/cli.md explains them all."},
        subcommands = {
            DemoCommand.class,
            LocalCommand.class,
            WriteCommand.class,
            ReadCommand.class,
            ToolCommand.class,
            AdminCommand.class,
            ZkShellCommand.class,
            BkShellCommand.class,
            ZooKeeperCommand.class,
            BookieCommand.class,
            WriteProxyCommand.class,
            HelpCommand.class
        })
public final class DlogMain implements Runnable {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;
    private static final int SLIPS_MAX = 2;
    private static final List<String> VERBOSE = List.of("-v", "--verbose");

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Print the log and, on failure, the stack trace to stderr.")
    private boolean isVerbose;

    private DlogMain() {}

    /** Runs the command that the arguments name, and ends the process with its exit status. */
    public static void main(String[] args) {
        // Before the first logger is made, which reads it.
        if (Arrays.stream(args).anyMatch(VERBOSE::contains)) {
            System.setProperty("dlog.cli.level", "INFO");
        }
        int status = commandLine().execute(args);
        System.out.flush();
        System.exit(status);
    }

    /** The whole command, ready to execute; the seam for tests. */
    static CommandLine commandLine() {
        DlogMain main = new DlogMain();
        return new CommandLine(main)
                .setErr(new PrintWriter(System.err, true, Charset.defaultCharset()))
                .setPosixClusteredShortOptionsAllowed(false)
                .setAbbreviatedSubcommandsAllowed(false)
                .setOverwrittenOptionsAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((failure, command, result) -> {
                    command.getErr().println("dlog: " + oneLine(failure));
                    if (main.isVerbose) {
                        failure.printStackTrace(command.getErr());
                    }
                    return EXIT_FAILED;
                })
                .setParameterExceptionHandler((wrong, args) -> {
                    CommandLine command = wrong.getCommandLine();
                    PrintWriter err = command.getErr();
                    err.println("dlog: " + complaint(wrong) + "; see bin/"
                            + command.getCommandSpec().qualifiedName(" ") + " --help");
                    return EXIT_USAGE;
                });
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        if (spec == null) {
            throw new AssertionError("picocli fills in spec");
        }
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static String complaint(ParameterException wrong) {
        if (!(wrong instanceof CommandLine.UnmatchedArgumentException unmatched)
                || wrong.getCommandLine().getSubcommands().isEmpty()) {
            return oneLine(wrong);
        }
        String word = unmatched.getUnmatched().get(0);
        if (word.startsWith("-")) {
            return oneLine(wrong);
        }
        List<String> near =
                nearest(word, wrong.getCommandLine().getSubcommands().keySet());
        return "unknown command '" + word + "'" + (near.isEmpty() ? "" : ", did you mean " + String.join(" or ", near))
                + (near.isEmpty() ? "" : "?");
    }

    /** The names that are two slips of the finger or fewer from {@code word}, nearest first. */
    static List<String> nearest(String word, Collection<String> names) {
        return names.stream()
                .filter(name -> EditDistance.between(word, name) <= Math.min(SLIPS_MAX, name.length() - 1))
                .sorted(Comparator.comparingInt((String name) -> EditDistance.between(word, name))
                        .thenComparing(name -> name))
                .toList();
    }

    /** The sentence of the innermost exception that has one, on one line. */
    private static String oneLine(Throwable failure) {
        Throwable told = failure;
        while ((told instanceof CompletionException || told instanceof ExecutionException) && told.getCause() != null) {
            told = told.getCause();
        }
        String message = told.getMessage();
        if (message == null || message.isBlank()) {
            message = told.getClass().getSimpleName();
        } else if (told instanceof RuntimeException
                && !(told instanceof CommandException || told instanceof ParameterException)) {
            // A sentence of ours explains itself; what nobody foresaw needs its name.
            message = message + " (" + told.getClass().getSimpleName() + "; -v shows where)";
        }
        return message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(message);
    }
}
