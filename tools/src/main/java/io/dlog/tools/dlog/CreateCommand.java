package io.dlog.tools.dlog;

import io.dlog.log.LogExistsException;
import io.dlog.log.Namespace;
import io.dlog.tools.console.CommandException;
import io.dlog.tools.console.Confirmation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates streams. */
@Command(
        name = "create",
        description = {
            "Create streams named by a prefix and an expression.",
            "0-10 makes prefix0 to prefix10, both included; 1,5,7 makes prefix1, prefix5, prefix7; a name makes prefixname."
        },
        mixinStandardHelpOptions = true)
final class CreateCommand implements Callable<Integer> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})-(\\d{1,9})");
    private static final Pattern NUMBERS = Pattern.compile("\\d{1,9}(,\\d{1,9})*");

    /** A range with more streams than this is a slip of the finger, and each stream is eight nodes in ZooKeeper. */
    private static final int STREAMS_MAX = 100_000;

    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Option(
            names = {"-r", "--prefix"},
            paramLabel = "PREFIX",
            description = "What each name begins with.")
    private String prefix = "";

    @Option(
            names = {"-e", "--expression"},
            paramLabel = "EXPRESSION",
            description = "What follows: a range x-y, numbers a,b,c, or a name.")
    private String expression = "";

    @Option(
            names = {"-f", "--force"},
            description = "Don't ask.")
    private boolean isForced;

    @Override
    public Integer call() throws Exception {
        List<String> names = names(prefix, expression);
        if (names.isEmpty()) {
            System.out.println("Nothing to create.");
            return 0;
        }
        if (!isForced && !Confirmation.onConsole().confirm("You are going to create streams : " + names)) {
            return 0;
        }
        int failures = 0;
        try (Namespace namespace = options.open()) {
            for (String name : names) {
                try {
                    namespace.createLog(name);
                } catch (LogExistsException exists) {
                    System.err.println("dlog: stream " + name + " exists already");
                    failures++;
                }
            }
        }
        return failures == 0 ? 0 : 1;
    }

    /** The names that a prefix and an expression stand for. */
    static List<String> names(String prefix, String expression) {
        if (prefix.isEmpty() && expression.isEmpty()) {
            return List.of();
        }
        Matcher range = RANGE.matcher(expression);
        List<String> names = new ArrayList<>();
        if (range.matches()) {
            int first = Integer.parseInt(range.group(1));
            int last = Integer.parseInt(range.group(2));
            if (last - first >= STREAMS_MAX) {
                throw new CommandException(
                        expression + " is more than " + STREAMS_MAX + " streams; create them in parts");
            }
            for (int n = first; n <= last; n++) {
                names.add(prefix + n);
            }
        } else if (NUMBERS.matcher(expression).matches()) {
            for (String number : expression.split(",")) {
                names.add(prefix + Integer.parseInt(number));
            }
        } else {
            names.add(prefix + expression);
        }
        return names;
    }
}
