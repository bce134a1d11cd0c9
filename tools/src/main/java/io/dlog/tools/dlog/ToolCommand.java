package io.dlog.tools.dlog;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands on the streams of a namespace. */
@Command(
        name = "tool",
        description = "Create, look at and delete streams.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ListCommand.class,
            CreateCommand.class,
            ShowCommand.class,
            CountCommand.class,
            DumpCommand.class,
            TruncateStreamCommand.class,
            DeleteCommand.class,
            SerializeDlsnCommand.class,
            DeserializeDlsnCommand.class,
            BindCommand.class,
            UnbindCommand.class,
            HelpCommand.class
        })
final class ToolCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec == null) {
            throw new AssertionError("picocli fills in spec");
        }
        throw new ParameterException(spec.commandLine(), "tool: which command?");
    }
}
