package io.dlog.tutorials.basic;

import io.dlog.log.AsyncLogReader;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogEmptyException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.Namespace;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;

/** Follows a stream from its last record on. Arguments: the namespace's URI and the stream. */
public final class TailReader {
    private TailReader() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("TailReader <uri> <stream>");
            System.exit(1);
        }
        String stream = args[1];
        try (Namespace namespace = new NamespaceBuilder().uri(args[0]).build()) {
            System.out.println("Opening log stream " + stream);
            try (DistributedLogManager log = namespace.openLog(stream)) {
                follow(log, lastPosition(log));
            }
        } catch (LogNotFoundException notFound) {
            System.err.println("Log stream " + stream + " is not found. Please create it first.");
            System.exit(1);
        }
    }

    private static DLSN lastPosition(DistributedLogManager log) throws Exception {
        try {
            return log.getLastLogRecordAsync().get().getDlsn();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof LogEmptyException) {
                System.err.println("Log stream " + log.getStreamName() + " is empty.");
                return DLSN.InitialDLSN;
            }
            throw failed.getCause() instanceof LogNotFoundException notFound ? notFound : failed;
        }
    }

    private static void follow(DistributedLogManager log, DLSN from) throws Exception {
        System.out.println("Wait for records starting from " + from);
        AsyncLogReader reader = log.openAsyncLogReader(from).get();
        try {
            while (true) {
                // Completes when there is a record: nothing polls.
                LogRecordWithDLSN record = reader.readNext().get();
                System.out.println("Received record " + record.getDlsn());
                System.out.println("\"\"\"");
                System.out.println(new String(record.getPayload(), StandardCharsets.UTF_8));
                System.out.println("\"\"\"");
            }
        } finally {
            reader.asyncClose().get();
        }
    }
}
