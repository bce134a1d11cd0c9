package io.dlog.tools.dlog;

import io.dlog.tools.console.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.ZooKeeperMain;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;

/**
 * ZooKeeper's own shell with a conversation of ours around it: it is connected before the first prompt, a script on
 * stdin leaves the same transcript as a person typing, and an unreachable server ends it instead of a prompt that says
 * CONNECTING for ever.
 *
 * <p>Thread: owned by its command; the session's event thread only prints and completes {@code connected}.
 */
final class ZkShell extends ZooKeeperMain {
    /** Set by bin/dlog when a person sits at stdin and stdout; Java 17 and 22 answer that question differently. */
    private static final String TERMINAL_PROPERTY = "dlog.terminal";

    private static final int SESSION_TIMEOUT_MILLIS = 30_000;
    private static final int CONNECT_TIMEOUT_SECONDS = 15;

    /** Whether the shell greets and reports events. */
    enum Talk {
        FULL,
        NONE
    }

    private ZkShell(ZooKeeper zooKeeper, String servers) {
        super(zooKeeper);
        host = servers;
    }

    /** Connects, or fails within {@value #CONNECT_TIMEOUT_SECONDS} seconds. */
    static ZkShell connect(String servers, Talk talk) throws IOException, InterruptedException {
        if (talk == Talk.FULL) {
            System.out.println("Connecting to " + servers);
        }
        CompletableFuture<Void> greeted = new CompletableFuture<>();
        CompletableFuture<Void> connected = new CompletableFuture<>();
        ZooKeeper zooKeeper;
        try {
            zooKeeper = new ZooKeeper(servers, SESSION_TIMEOUT_MILLIS, event -> {
                greeted.join();
                if (talk == Talk.FULL && event.getState() != KeeperState.Closed) {
                    report(event);
                }
                if (event.getState() == KeeperState.SyncConnected) {
                    connected.complete(null);
                }
            });
        } catch (IllegalArgumentException wrongServers) {
            throw new CommandException(
                    "'" + servers + "' names no ZooKeeper server; give HOST:PORT, e.g. localhost:2181", wrongServers);
        }
        if (talk == Talk.FULL) {
            System.out.println("Welcome to ZooKeeper!");
            System.out.println("JLine support is enabled");
        }
        greeted.complete(null);
        try {
            connected.get(CONNECT_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            zooKeeper.close(0);
            throw new CommandException(
                    "no ZooKeeper answers at " + servers + "; start one: bin/dlog-daemon.sh start zookeeper CONF",
                    late);
        } catch (java.util.concurrent.ExecutionException impossible) {
            throw new AssertionError("connected only completes normally", impossible);
        }
        return new ZkShell(zooKeeper, servers);
    }

    /** Reads commands until {@code quit} or the end of the input; returns the exit status of the last. */
    int converse() throws IOException, InterruptedException {
        if (Boolean.getBoolean(TERMINAL_PROPERTY)) {
            LineReader reader =
                    LineReaderBuilder.builder().completer(this::complete).build();
            try {
                while (true) {
                    executeLine(reader.readLine(getPrompt()));
                }
            } catch (EndOfFileException | UserInterruptException left) {
                return exitCode;
            }
        }
        BufferedReader script = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        while (true) {
            System.out.print(getPrompt());
            System.out.flush();
            String line = script.readLine();
            System.out.println(line == null ? "" : line);
            if (line == null || line.strip().equals("quit")) {
                return exitCode;
            }
            executeLine(line);
        }
    }

    /** Runs one command; returns its exit status. */
    int execute(List<String> command) throws IOException, InterruptedException {
        executeLine(command.stream().map(ZkShell::quoted).collect(Collectors.joining(" ")));
        return exitCode;
    }

    /** Ends the session. */
    void close() throws InterruptedException {
        zk.close();
    }

    /** Offers commands for the first word and the children of the node typed so far for every other. */
    private void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() == 0) {
            ZooKeeperMain.getCommands().forEach(name -> candidates.add(new Candidate(name)));
            return;
        }
        String word = line.word();
        if (!word.startsWith("/")) {
            return;
        }
        int lastSlash = word.lastIndexOf('/');
        String parent = lastSlash == 0 ? "/" : word.substring(0, lastSlash);
        try {
            for (String child : zk.getChildren(parent, false)) {
                candidates.add(new Candidate(word.substring(0, lastSlash + 1) + child));
            }
        } catch (KeeperException noSuchNode) {
            // Nothing to offer below a node that is not there.
            candidates.clear();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String quoted(String argument) {
        boolean isPlain = !argument.isEmpty() && argument.chars().noneMatch(c -> c == ' ' || c == '"' || c == '\'');
        if (isPlain) {
            return argument;
        }
        return argument.indexOf('\'') < 0 ? "'" + argument + "'" : "\"" + argument + "\"";
    }

    private static void report(WatchedEvent event) {
        System.out.println();
        System.out.println("WATCHER::");
        System.out.println();
        // Later clients also print the transaction id; the guide's readers know this form.
        System.out.println(
                "WatchedEvent state:" + event.getState() + " type:" + event.getType() + " path:" + event.getPath());
    }
}
