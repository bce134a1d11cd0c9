package io.dlog.interop2016;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The product, in processes of its own: a cluster with two write proxies, and the {@code dlog} command. Their class path is
 * the one that the build of module {@code tools} wrote for the scripts.
 *
 * <p>Thread: owned by the test.
 */
final class ProductProcess implements AutoCloseable {
    private static final String READY = "dlog is ready zk=";
    private static final String NAMESPACE = "/messaging/distributedlog/mynamespace";
    private static final int LINES_KEPT_MAX = 2_000;

    private final Process process;
    private final String zkServers;

    private ProductProcess(Process process, String zkServers) {
        this.process = process;
        this.zkServers = zkServers;
    }

    /** Starts a cluster; what it keeps lies under {@code dir}. */
    static ProductProcess start(Path dir) throws Exception {
        Process process = java(List.of("src/test/cluster/OneMachine.java", dir.toString()))
                .redirectErrorStream(true)
                .start();
        CompletableFuture<String> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> follow(process, ready), "cluster-output");
        reader.setDaemon(true);
        reader.start();
        try {
            return new ProductProcess(process, ready.get(120, TimeUnit.SECONDS));
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Reads what the process says to its end, or it would block. */
    private static void follow(Process process, CompletableFuture<String> ready) {
        List<String> lines = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.out.println("cluster: " + line);
                if (line.startsWith(READY)) {
                    ready.complete(line.substring(READY.length()));
                }
                if (lines.size() < LINES_KEPT_MAX) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(
                new IllegalStateException("the cluster ended before it was ready: " + String.join("\n", lines)));
    }

    private static ProcessBuilder java(List<String> arguments) throws IOException {
        Path tools = Path.of("..").toRealPath();
        Path dependencies = tools.resolve("target/classpath");
        if (!Files.exists(dependencies)) {
            throw new IllegalStateException(dependencies + " is missing: build module tools before this one");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=512m",
                "-Ddlog.cli.level=WARN",
                "-Dlogback.configurationFile=" + tools.resolve("../conf/logback-cli.xml"),
                "-cp",
                tools.resolve("target/classes") + ":"
                        + Files.readString(dependencies).strip()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /** ZooKeeper's address. */
    String zkServers() {
        return zkServers;
    }

    /** Where the proxies announce themselves. */
    String serverSetPath() {
        return NAMESPACE + "/.write_proxy";
    }

    /** The name under which clients find the proxies. */
    String proxyName() {
        return "zk!" + zkServers + "!" + serverSetPath();
    }

    /** The records of a stream as {@code dlog read --position} prints them: position, tab, transaction id, tab, payload. */
    List<String> read(String stream) {
        try {
            Process reader = java(List.of(
                            "io.dlog.tools.dlog.DlogMain",
                            "read",
                            "--position",
                            "-u",
                            "distributedlog://" + zkServers + NAMESPACE,
                            stream))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = reader.waitFor();
            if (status != 0) {
                throw new IllegalStateException("dlog read " + stream + " ended with status " + status);
            }
            return output.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + stream, e);
        }
    }

    /** Stops it, cleanly when it listens. */
    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the cluster did not stop");
        }
    }
}
