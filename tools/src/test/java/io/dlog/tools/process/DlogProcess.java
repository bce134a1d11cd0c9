package io.dlog.tools.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The {@code dlog} command as a process of its own, on the class path of the tests.
 *
 * <p>Thread: safe, because its state is the process's.
 */
final class DlogProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final Path CONF = Path.of("..", "conf").toAbsolutePath().normalize();

    /** What a command did. Thread: immutable. */
    record Outcome(int status, String out, String err) {}

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private DlogProcess(Path directory, String name, String log, List<String> args) throws IOException {
        this.name = name;
        Files.createDirectories(directory);
        out = directory.resolve(name + ".out");
        err = directory.resolve(name + ".err");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:MaxDirectMemorySize=128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Djava.net.preferIPv4Stack=true",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Dlogback.configurationFile=" + CONF.resolve(log),
                "-cp",
                System.getProperty("java.class.path"),
                "io.dlog.tools.dlog.DlogMain"));
        line.addAll(args);
        process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()))
                .start();
        Thread drain = new Thread(this::drain, "out-of-" + name);
        drain.setDaemon(true);
        drain.start();
    }

    /** Starts a service; its output goes to {@code name.out} and {@code name.err}. */
    static DlogProcess service(Path directory, String name, String... args) throws IOException {
        return new DlogProcess(directory, name, "logback.xml", List.of(args));
    }

    /** Runs a command to its end with {@code typed} on stdin. */
    static Outcome command(Path directory, String typed, String... args) throws Exception {
        Path own = Files.createTempDirectory(directory, "command");
        try (DlogProcess command = new DlogProcess(own, "command", "logback-cli.xml", List.of(args))) {
            return command.outcome(typed);
        }
    }

    /** Waits for the end. */
    Outcome outcome(String typed) throws Exception {
        try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(typed);
        } catch (IOException ended) {
            // It ended without reading; its status tells why.
            if (process.isAlive()) {
                throw ended;
            }
        }
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException(name + " does not end: " + said());
        }
        drained.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private void drain() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter file = new PrintWriter(Files.newBufferedWriter(out), true)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                file.println(line);
                if (line.endsWith(" is ready")) {
                    ready.complete(line);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        drained.complete(null);
        ready.completeExceptionally(new IOException(name + " ended before it was ready"));
    }

    /** Waits until it says that it accepts work; fails with what it said instead. */
    DlogProcess awaitReady() throws Exception {
        try {
            ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return this;
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(name + " is not ready: " + said(), e);
        }
    }

    boolean isReady() {
        return ready.isDone() && !ready.isCompletedExceptionally();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The end of all that it printed. */
    String said() {
        try {
            String all = Files.readString(err) + (Files.exists(out) ? Files.readString(out) : "");
            return all.substring(Math.max(0, all.length() - 4000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -SIGNAL}. */
    void signal(String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new AssertionError("kill -" + signal + " " + name + " failed");
        }
    }

    /** {@code kill -9}, also of one that is stopped; returns when it is gone. */
    void killNine() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " survived kill -9");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
