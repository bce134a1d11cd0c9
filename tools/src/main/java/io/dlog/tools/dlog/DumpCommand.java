package io.dlog.tools.dlog;

import io.dlog.log.AsyncLogReader;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints records of a stream. */
@Command(
        name = "dump",
        description = "Print records of a stream, from a transaction id (-o) or from a position (-n, -e, -t).",
        mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
    private static final String RULE = "-".repeat(48);

    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Mixin
    private final StreamOption stream = new StreamOption();

    @Option(
            names = {"-x", "--hex"},
            description = "Payloads in hex.")
    private boolean isHex;

    @Option(
            names = {"-sp", "--skip-payload"},
            description = "No payloads.")
    private boolean skipsPayload;

    @Option(
            names = {"-o", "--offset"},
            paramLabel = "TXID",
            description = "Transaction id to begin at.")
    private @Nullable Long fromTxId;

    @Option(
            names = {"-n", "--seqno"},
            paramLabel = "SEGMENT",
            description = "Log segment sequence number to begin at.")
    private @Nullable Long segment;

    @Option(
            names = {"-e", "--eid"},
            paramLabel = "ENTRY",
            description = "Entry id to begin at.")
    private long entry;

    @Option(
            names = {"-t", "--slot"},
            paramLabel = "SLOT",
            description = "Slot to begin at.")
    private long slot;

    @Option(
            names = {"-l", "--limit"},
            paramLabel = "RECORDS",
            description = "How many records; default ${DEFAULT-VALUE}.")
    private int limit = 100;

    @Override
    public Integer call() throws Exception {
        PrintStream out = System.out;
        try (Namespace namespace = options.open();
                DistributedLogManager log = stream.open(namespace, options)) {
            Optional<LogRecordWithDLSN> last = ShowCommand.recordOf(log.getLastLogRecordAsync());
            if (last.isEmpty()) {
                out.println("No records.");
                return 0;
            }
            DLSN lastDlsn = last.get().getDlsn();
            out.println("Last DLSN : " + lastDlsn);
            DLSN from = segment == null ? DLSN.InitialDLSN : new DLSN(segment, entry, slot);
            long total = log.getLogRecordCountAsync(DLSN.InitialDLSN).get();
            out.println("Dump records for " + stream.name() + " (from = "
                    + (fromTxId == null ? from : fromTxId) + ", dump count = " + limit + ", total records = " + total
                    + ")");
            out.println(RULE);
            boolean isBehindTheEnd = fromTxId == null
                    ? from.compareTo(lastDlsn) > 0
                    : fromTxId > last.get().getTransactionId();
            if (isBehindTheEnd) {
                out.println("No records.");
                return 0;
            }
            AsyncLogReader reader =
                    (fromTxId == null ? log.openAsyncLogReader(from) : log.openAsyncLogReader(fromTxId)).get();
            try {
                for (int n = 0; n < limit; n++) {
                    LogRecordWithDLSN record = reader.readNext().get();
                    print(record, out);
                    if (record.getDlsn().compareTo(lastDlsn) >= 0) {
                        break;
                    }
                }
            } finally {
                reader.asyncClose().get();
            }
        }
        return 0;
    }

    private void print(LogRecordWithDLSN record, PrintStream out) {
        out.println("Record (txn = " + record.getTransactionId() + ", bytes = " + record.getPayload().length
                + ", dlsn = " + record.getDlsn() + ", sequence id = " + record.getSequenceId() + ")");
        if (!skipsPayload) {
            out.println(
                    isHex
                            ? HexFormat.of().formatHex(record.getPayload())
                            : new String(record.getPayload(), StandardCharsets.UTF_8));
        }
        out.println();
    }
}
