package io.dlog.tools.dlog;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands on namespaces. */
@Command(
        name = "admin",
        description = "Bind namespaces to bookkeeper clusters.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {BindCommand.class, UnbindCommand.class, HelpCommand.class})
final class AdminCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec == null) {
            throw new AssertionError("picocli fills in spec");
        }
        throw new ParameterException(spec.commandLine(), "admin: which command?");
    }
}
