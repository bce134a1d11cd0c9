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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Follows several streams at once. Arguments: the namespace's URI and the streams, separated by commas. */
public final class MultiReader {
    private MultiReader() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("MultiReader <uri> <stream-1>[,<stream-2>,...,<stream-n>]");
            System.exit(1);
        }
        String[] streams = args[1].split(",");
        try (Namespace namespace = new NamespaceBuilder().uri(args[0]).build()) {
            List<CompletableFuture<Void>> followers = new ArrayList<>();
            for (String stream : streams) {
                System.out.println("Opening log stream " + stream);
                DistributedLogManager log = namespace.openLog(stream);
                followers.add(follow(log, lastPosition(log)));
            }
            // Each follower only ever ends by failing.
            CompletableFuture.anyOf(followers.toArray(CompletableFuture[]::new)).get();
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
            if (failed.getCause() instanceof LogNotFoundException) {
                System.err.println("Log stream " + log.getStreamName() + " is not found. Please create it first.");
                System.exit(1);
            }
            throw failed;
        }
    }

    private static CompletableFuture<Void> follow(DistributedLogManager log, DLSN from) {
        String stream = log.getStreamName();
        System.out.println("Wait for records from " + stream + " starting from " + from);
        System.out.println("Open reader to read records from stream " + stream);
        return log.openAsyncLogReader(from).thenCompose(MultiReader::readAll);
    }

    private static CompletableFuture<Void> readAll(AsyncLogReader reader) {
        return reader.readNext().thenCompose(record -> {
            print(reader.getStreamName(), record);
            return readAll(reader);
        });
    }

    /** One call for the whole record, because the streams are read on several threads. */
    private static void print(String stream, LogRecordWithDLSN record) {
        System.out.printf(
                "Received record %s from stream %s%n\"\"\"%n%s%n\"\"\"%n",
                record.getDlsn(), stream, new String(record.getPayload(), StandardCharsets.UTF_8));
    }
}
