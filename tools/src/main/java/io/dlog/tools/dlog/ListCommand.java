package io.dlog.tools.dlog;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import java.io.PrintStream;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the streams of a namespace. */
@Command(name = "list", description = "List the streams of a namespace.", mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
    private static final String RULE = "-".repeat(32);

    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Option(
            names = {"-m", "--meta"},
            description = "Also say how many log segments each stream has.")
    private boolean showsSegments;

    @Override
    public Integer call() throws Exception {
        PrintStream out = System.out;
        try (Namespace namespace = options.open()) {
            out.println("Streams under " + options.uri() + " : ");
            out.println(RULE);
            for (Iterator<String> names = namespace.getLogs(); names.hasNext(); ) {
                String name = names.next();
                if (showsSegments) {
                    try (DistributedLogManager log = namespace.openLog(name)) {
                        out.println(name + "\t" + log.getLogSegments().size() + " log segments");
                    }
                } else {
                    out.println(name);
                }
            }
            out.println(RULE);
        }
        return 0;
    }
}
