package io.dlog.tools.dlog;

import io.dlog.log.AsyncLogWriter;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.namespace.NamespaceUri;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.time.SystemClock;
import io.dlog.tools.console.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Writes each line of stdin as a record: through the namespace's write proxies when there are any, else as the stream's own
 * writer.
 */
@Command(
        name = "write",
        description = {
            "Write each line of stdin as a record; the stream is created on first use.",
            "Goes through the namespace's write proxies; without any it is the stream's writer itself."
        },
        mixinStandardHelpOptions = true)
final class WriteCommand implements Callable<Integer> {
    /** Records on their way at once; reading stdin waits at this bound. */
    private static final int IN_FLIGHT_MAX = 1000;

    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Parameters(paramLabel = "STREAM", description = "The stream.")
    private String stream = "";

    @Override
    public Integer call() throws Exception {
        NamespaceUri uri = options.uri();
        long written = hasProxies(uri) ? writeThroughProxies(uri) : writeDirectly();
        System.err.println("wrote " + written + " records to " + stream);
        return 0;
    }

    private static boolean hasProxies(NamespaceUri uri) throws Exception {
        try (ZooKeeperSession session = ZooKeeperSession.connect(uri.zkServers(), BindCommand.SESSION_TIMEOUT)) {
            return !session.childrenIfPresent(uri.path() + "/.write_proxy")
                    .get()
                    .isEmpty();
        }
    }

    private long writeThroughProxies(NamespaceUri uri) throws Exception {
        String name = "zk!" + uri.zkServers() + "!" + uri.path() + "/.write_proxy";
        try (WriteProxyClient client =
                WriteProxyClient.builder(name, "dlog-write").build()) {
            return writeLines(payload -> client.write(stream, ByteBuffer.wrap(payload)));
        }
    }

    private long writeDirectly() throws Exception {
        try (Namespace namespace = options.open()) {
            if (!namespace.logExists(stream)) {
                namespace.createLog(stream);
            }
            try (DistributedLogManager log = namespace.openLog(stream)) {
                AsyncLogWriter writer = log.openAsyncLogWriter().get();
                try {
                    return writeLines(payload -> writer.write(new LogRecord(
                            Math.max(writer.getLastTxId(), SystemClock.INSTANCE.currentTimeMillis()), payload)));
                } finally {
                    writer.asyncClose().get();
                }
            }
        }
    }

    private static long writeLines(Function<byte[], CompletableFuture<DLSN>> write)
            throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Semaphore room = new Semaphore(IN_FLIGHT_MAX);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long sent = 0;
        for (String line = in.readLine(); line != null && failure.get() == null; line = in.readLine()) {
            room.acquire();
            var unused = write.apply(line.getBytes(StandardCharsets.UTF_8)).whenComplete((dlsn, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                room.release();
            });
            sent++;
            if (sent == 1) {
                // The first finds the stream's owner; those behind it would overtake it while it is redirected.
                room.acquire(IN_FLIGHT_MAX);
                room.release(IN_FLIGHT_MAX);
            }
        }
        room.acquire(IN_FLIGHT_MAX);
        Throwable failed = failure.get();
        if (failed != null) {
            Throwable told =
                    failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
            throw new CommandException(
                    "not all of the " + sent + " records were written: " + told.getMessage(), failed);
        }
        return sent;
    }
}
