package io.dlog.tools.dlog;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** ZooKeeper's shell. */
@Command(
        name = "zkshell",
        description = {
            "ZooKeeper's shell: interactive, from a script on stdin, or one command from the arguments.",
            "Inside, 'help' lists what it can do and 'quit' leaves."
        },
        mixinStandardHelpOptions = true)
final class ZkShellCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "HOST:PORT", description = "ZooKeeper servers, separated by commas.")
    private String servers = "";

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "One command and its arguments, e.g. ls /")
    private List<String> command = List.of();

    @Override
    public Integer call() throws Exception {
        if (command.isEmpty()) {
            // ZooKeeper says "Created /x" on stderr; in a conversation the answers belong in one stream, in their
            // order.
            System.setErr(System.out);
        }
        ZkShell shell = ZkShell.connect(servers, command.isEmpty() ? ZkShell.Talk.FULL : ZkShell.Talk.NONE);
        try {
            return command.isEmpty() ? shell.converse() : shell.execute(command);
        } finally {
            shell.close();
        }
    }
}
