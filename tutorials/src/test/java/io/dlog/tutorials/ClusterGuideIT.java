package io.dlog.tutorials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of docs/deployment/cluster.md; they and what they must show stand in {@code src/test/guide/guide.sh}. */
@Tag("integration")
final class ClusterGuideIT {
    private static final int PORTS = 15;
    private static final int TIMEOUT_MINUTES = 5;

    @Test
    void everyStepShowsWhatTheGuideSays(@TempDir Path scratch) throws Exception {
        assertThat(run(scratch)).endsWith("guide: OK");
    }

    private static String run(Path scratch) throws IOException, InterruptedException {
        Path repository = Path.of("..").toRealPath();
        Path output = scratch.resolve("output");
        ProcessBuilder guide = new ProcessBuilder(
                        "bash",
                        "src/test/guide/guide.sh",
                        repository.toString(),
                        scratch.toString(),
                        String.valueOf(firstOfFreePorts()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        guide.environment().put("DLOG_CLASSPATH", System.getProperty("java.class.path"));
        Process process = guide.start();
        boolean hasEnded = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
        if (!hasEnded) {
            // The script's own trap ends what it started.
            process.destroy();
            process.waitFor(1, TimeUnit.MINUTES);
        }
        return Files.readString(output).strip();
    }

    /** The first of enough neighbouring ports that nobody listens on. */
    private static int firstOfFreePorts() throws IOException {
        for (int first = 21_000; first < 32_000; first += PORTS) {
            if (areFree(first)) {
                return first;
            }
        }
        throw new IOException("no " + PORTS + " neighbouring free ports");
    }

    private static boolean areFree(int first) throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        try {
            for (int port = first; port < first + PORTS; port++) {
                taken.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            }
            return true;
        } catch (BindException somebodyListens) {
            return false;
        } finally {
            for (ServerSocket socket : taken) {
                socket.close();
            }
        }
    }
}
