package io.dlog.tools.dlog;

import io.dlog.log.AsyncLogReader;
import io.dlog.log.DistributedLogManager;
import io.dlog.log.EndOfStreamException;
import io.dlog.log.Namespace;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.tools.console.CommandException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the payloads of a stream, one a line. */
@Command(
        name = "read",
        description =
                "Print a stream's records, each payload a line, up to the end that it has now or with --follow for ever.",
        mixinStandardHelpOptions = true)
final class ReadCommand implements Callable<Integer> {
    private static final int BATCH = 1000;
    private static final String TXID = "tx:";

    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Parameters(paramLabel = "STREAM", description = "The stream.")
    private String stream = "";

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            description = "oldest, latest, SEGMENT,ENTRY,SLOT, or tx:TRANSACTION-ID; default ${DEFAULT-VALUE}.")
    private String from = "oldest";

    @Option(names = "--count", paramLabel = "N", description = "Stop after N records.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--follow", description = "Wait for records that are not written yet.")
    private boolean follows;

    @Option(names = "--position", description = "Print each record's position and transaction id before it.")
    private boolean showsPosition;

    @Override
    public Integer call() throws Exception {
        try (Namespace namespace = options.open()) {
            if (!namespace.logExists(stream)) {
                throw new CommandException("no stream " + stream + " under " + options.uri()
                        + "; bin/dlog tool list shows what there is, bin/dlog write creates it");
            }
            try (DistributedLogManager log = namespace.openLog(stream)) {
                Optional<LogRecordWithDLSN> last = ShowCommand.recordOf(log.getLastLogRecordAsync());
                DLSN end = last.map(LogRecordWithDLSN::getDlsn).orElse(DLSN.InvalidDLSN);
                if (!follows && isBehind(end, last)) {
                    return 0;
                }
                AsyncLogReader reader = open(log, end);
                try {
                    copy(reader, end);
                } finally {
                    reader.asyncClose().get();
                }
            }
        }
        return 0;
    }

    /** Whether there is nothing between where reading begins and the end. */
    private boolean isBehind(DLSN end, Optional<LogRecordWithDLSN> last) {
        if (last.isEmpty() || from.equals("latest")) {
            return true;
        }
        if (from.startsWith(TXID)) {
            return txId() > last.get().getTransactionId();
        }
        return !from.equals("oldest") && DlsnText.parse(from).compareTo(end) > 0;
    }

    private AsyncLogReader open(DistributedLogManager log, DLSN end) throws Exception {
        if (from.startsWith(TXID)) {
            return log.openAsyncLogReader(txId()).get();
        }
        DLSN start =
                switch (from) {
                    case "oldest" -> DLSN.InitialDLSN;
                    case "latest" -> end.equals(DLSN.InvalidDLSN) ? DLSN.InitialDLSN : end.nextDLSN();
                    default -> DlsnText.parse(from);
                };
        return log.openAsyncLogReader(start).get();
    }

    private long txId() {
        try {
            return Long.parseLong(from.substring(TXID.length()));
        } catch (NumberFormatException wrong) {
            throw new CommandException("'" + from + "' is no transaction id; write it like tx:1464085079105", wrong);
        }
    }

    private void copy(AsyncLogReader reader, DLSN end) throws Exception {
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
        long left = count;
        // checkError flushes, and tells that nobody reads our output any more, as in "dlog read s | head".
        while (left > 0 && !out.checkError()) {
            List<LogRecordWithDLSN> records;
            try {
                records = reader.readBulk((int) Math.min(left, BATCH)).get();
            } catch (ExecutionException ended) {
                if (ended.getCause() instanceof EndOfStreamException) {
                    break;
                }
                throw ended;
            }
            for (LogRecordWithDLSN record : records) {
                print(record, out);
                left--;
                if (!follows && record.getDlsn().compareTo(end) >= 0) {
                    left = 0;
                    break;
                }
            }
        }
        out.flush();
    }

    private void print(LogRecordWithDLSN record, PrintStream out) throws IOException {
        if (showsPosition) {
            DLSN dlsn = record.getDlsn();
            out.print(dlsn.logSegmentSequenceNo() + "," + dlsn.entryId() + "," + dlsn.slotId() + "\t"
                    + record.getTransactionId() + "\t");
        }
        out.write(record.getPayload());
        out.write('\n');
    }
}
