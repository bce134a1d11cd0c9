package io.dlog.tutorials.basic;

import io.dlog.log.AsyncLogWriter;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogConfig;
import io.dlog.log.Namespace;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.LogRecord;
import io.dlog.time.SystemClock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * Writes each line of stdin to a stream with the log library, as the stream's only writer. Arguments: the namespace's URI
 * and the stream.
 */
public final class ConsoleWriter {
    private ConsoleWriter() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("ConsoleWriter <uri> <stream>");
            System.exit(1);
        }
        // Each line goes out at once and can be read at once; whoever finds another writer here does not wait for it.
        LogConfig config = LogConfig.defaults().toBuilder()
                .immediateFlush(true)
                .outputBufferBytes(0)
                .lockTimeout(Duration.ZERO)
                .build();
        try (Namespace namespace =
                        new NamespaceBuilder().conf(config).uri(args[0]).build();
                DistributedLogManager log = namespace.openLog(args[1])) {
            System.out.println("Opening log stream " + args[1]);
            AsyncLogWriter writer = log.openAsyncLogWriter().get();
            try {
                writeLines(writer);
            } finally {
                writer.asyncClose().get();
            }
        }
    }

    private static void writeLines(AsyncLogWriter writer) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        while (true) {
            System.out.print("[dlog] > ");
            System.out.flush();
            String line = in.readLine();
            if (line == null) {
                System.out.println();
                return;
            }
            // Transaction ids are the application's; the clock is the usual choice, but it may be set back.
            long txId = Math.max(writer.getLastTxId(), SystemClock.INSTANCE.currentTimeMillis());
            try {
                System.out.println(writer.write(new LogRecord(txId, line.getBytes(StandardCharsets.UTF_8)))
                        .get());
            } catch (ExecutionException failed) {
                System.out.println("Encountered error on writing data");
                throw failed;
            }
        }
    }
}
