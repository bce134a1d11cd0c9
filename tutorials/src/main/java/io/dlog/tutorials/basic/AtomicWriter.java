package io.dlog.tutorials.basic;

import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordSet;
import io.dlog.proxyclient.WriteProxyClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes several messages as one record set: they become neighbours in one entry, all or none. Arguments: the finagle name
 * of the proxies, the stream, and the messages, separated by commas.
 */
public final class AtomicWriter {
    private AtomicWriter() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("AtomicWriter <finagle-name> <stream> <message>[,<message>]");
            System.exit(1);
        }
        String[] messages = args[2].split(",");
        LogRecordSet set = new LogRecordSet(Compression.NONE);
        for (String message : messages) {
            set.add(message.getBytes(StandardCharsets.UTF_8));
        }
        try (WriteProxyClient client =
                WriteProxyClient.builder(args[0], "atomic-writer").build()) {
            // The answer is the position of the first; the others follow it in the same entry.
            DLSN position = client.writeRecordSet(args[1], ByteBuffer.wrap(set.toPayload()))
                    .get();
            for (String message : messages) {
                System.out.println("Write '" + message + "' as record " + position);
                position = position.nextDLSN();
            }
        }
    }
}
