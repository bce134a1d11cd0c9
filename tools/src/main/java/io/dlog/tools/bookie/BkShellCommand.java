package io.dlog.tools.bookie;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The bookie shell: commands on a bookkeeper cluster and on a bookie's disks. */
@Command(
        name = "bkshell",
        description = "Administer a bookkeeper cluster; BOOKIE_CONF names a bookie's settings file.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            MetaformatCommand.class,
            InitNewClusterCommand.class,
            NukeExistingClusterCommand.class,
            BookieformatCommand.class,
            WhatIsInstanceIdCommand.class,
            ListBookiesCommand.class,
            ListLedgersCommand.class,
            LedgerMetadataCommand.class,
            HelpCommand.class
        })
public final class BkShellCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    /** Without a command there is nothing to do: called wrongly. */
    @Override
    public void run() {
        if (spec == null) {
            throw new AssertionError("picocli fills in spec");
        }
        throw new ParameterException(spec.commandLine(), "bkshell: which command?");
    }
}
