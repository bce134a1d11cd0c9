package io.dlog.tools.dlog;

import io.dlog.tools.console.CommandException;
import io.dlog.tools.local.LocalCluster;
import io.dlog.tools.local.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a whole cluster until Ctrl-C or SIGTERM. Thread: the command's; the shutdown hook stops the cluster. */
@Command(
        name = "local",
        description = {
            "Run a whole cluster in this process: ZooKeeper, bookies, write proxies, a namespace.",
            "Prints 'dlog is ready' when all of it accepts work; Ctrl-C stops it."
        },
        mixinStandardHelpOptions = true)
final class LocalCommand implements Callable<Integer> {
    @Option(names = "--bookies", paramLabel = "N", description = "How many bookies; default ${DEFAULT-VALUE}.")
    private int bookies = 3;

    @Option(names = "--proxies", paramLabel = "N", description = "How many write proxies; default ${DEFAULT-VALUE}.")
    private int proxies = 1;

    @Option(
            names = "--zk-port",
            paramLabel = "PORT",
            description = "ZooKeeper's port, 0 for a free one; default ${DEFAULT-VALUE}.")
    private int zkPort = 2181;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep data here and go on with them the next time; default: a fresh temporary directory.")
    private @Nullable Path data;

    @Override
    public Integer call() throws Exception {
        if (bookies < 1 || proxies < 0 || zkPort < 0 || zkPort > 65_535) {
            throw new CommandException("need --bookies 1 or more, --proxies 0 or more, --zk-port from 0 to 65535");
        }
        AtomicReference<LocalCluster> running = new AtomicReference<>();
        Path kept = data;
        if (kept != null) {
            Files.createDirectories(kept);
            stopAtTheEnd(running, null);
            return run(kept, running);
        }
        TemporaryDirectory temporary = new TemporaryDirectory("dlog-local-");
        stopAtTheEnd(running, temporary);
        return run(temporary.path(), running);
    }

    private int run(Path directory, AtomicReference<LocalCluster> running) throws Exception {
        LocalCluster cluster = LocalCluster.start(new LocalCluster.Settings(directory, bookies, proxies, zkPort));
        running.set(cluster);
        printReady(cluster, directory, System.out);
        // For as long as nothing fails; the shutdown hook ends the process from here.
        throw new CommandException(cluster.failed().get());
    }

    private void printReady(LocalCluster cluster, Path directory, PrintStream out) {
        String uri = cluster.uri().toString();
        String flag = uri.equals(NamespaceOptions.defaultUri()) ? "" : "-u " + uri + " ";
        out.println("dlog is ready: ZooKeeper, bookies " + bookies + ", write proxies " + proxies);
        out.println("  namespace      " + uri);
        out.println("  write proxies  " + cluster.proxyName());
        out.println(
                "  data           " + directory + (data == null ? " (removed at the end; --data DIR keeps them)" : ""));
        out.println();
        out.println("Try in another terminal:");
        out.println("  echo 'hello, stream' | bin/dlog write " + flag + "my-stream");
        out.println("  bin/dlog read " + flag + "--follow my-stream");
        out.println("  bin/dlog tool show -u " + uri + " -s my-stream");
        out.println();
        out.println("Ctrl-C stops it.");
        out.flush();
    }

    private static void stopAtTheEnd(AtomicReference<LocalCluster> running, @Nullable TemporaryDirectory temporary) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running.get(), temporary), "local-stop"));
    }

    private static void stop(@Nullable LocalCluster cluster, @Nullable TemporaryDirectory temporary) {
        if (cluster != null) {
            cluster.close();
            System.out.println("dlog stopped");
            System.out.flush();
        }
        if (temporary != null) {
            try {
                temporary.close();
            } catch (IOException e) {
                System.err.println("dlog: " + temporary.path() + " could not be removed: " + e.getMessage());
            }
        }
    }
}
