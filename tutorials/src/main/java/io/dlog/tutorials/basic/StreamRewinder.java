package io.dlog.tutorials.basic;

import io.dlog.log.AsyncLogReader;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.time.Clock;
import io.dlog.time.SystemClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Reads a stream again from some seconds ago, and goes on with what is new. Works because write proxies number records by
 * the clock. Arguments: the namespace's URI, the stream, and how many seconds.
 */
public final class StreamRewinder {
    /** A record younger than this means that the reader has caught up. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private StreamRewinder() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("StreamRewinder <uri> <stream> <seconds-to-rewind>");
            System.exit(1);
        }
        long seconds = Long.parseLong(args[2]);
        try (Namespace namespace = new NamespaceBuilder().uri(args[0]).build();
                DistributedLogManager log = namespace.openLog(args[1])) {
            System.out.println("Opening log stream " + args[1]);
            rewind(log, seconds, SystemClock.INSTANCE);
        }
    }

    private static void rewind(DistributedLogManager log, long seconds, Clock clock) throws Exception {
        long fromTxId = clock.currentTimeMillis() - Duration.ofSeconds(seconds).toMillis();
        System.out.println("Record records starting from " + fromTxId + " which is " + seconds + " seconds ago");
        AsyncLogReader reader = log.openAsyncLogReader(fromTxId).get();
        try {
            boolean hasCaughtUp = false;
            while (true) {
                LogRecordWithDLSN record = reader.readNext().get();
                long ageMillis = clock.currentTimeMillis() - record.getTransactionId();
                System.out.println("Received record " + record.getDlsn());
                System.out.println("\"\"\"");
                System.out.println(new String(record.getPayload(), StandardCharsets.UTF_8));
                System.out.println("\"\"\"");
                if (!hasCaughtUp && ageMillis < FRESH.toMillis()) {
                    System.out.println("Reader caught with latest data");
                    hasCaughtUp = true;
                }
            }
        } finally {
            reader.asyncClose().get();
        }
    }
}
