package io.dlog.tools.dlog;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.LogEmptyException;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.Namespace;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what a stream consists of. */
@Command(
        name = "show",
        description = "Show a stream's first and last record and its log segments.",
        mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Mixin
    private final StreamOption stream = new StreamOption();

    @Option(
            names = {"-ns", "--no-log-segments"},
            description = "Leave the log segments out.")
    private boolean hidesSegments;

    @Option(
            names = {"-fl", "--first-ledger"},
            paramLabel = "SEQNO",
            description = "First log segment to show.")
    private long first = Long.MIN_VALUE;

    @Option(
            names = {"-ll", "--last-ledger"},
            paramLabel = "SEQNO",
            description = "Last log segment to show.")
    private long last = Long.MAX_VALUE;

    @Override
    public Integer call() throws Exception {
        try (Namespace namespace = options.open();
                DistributedLogManager log = stream.open(namespace, options)) {
            Optional<LogRecordWithDLSN> firstRecord = recordOf(log.getFirstLogRecordAsync());
            Optional<LogRecordWithDLSN> lastRecord = recordOf(log.getLastLogRecordAsync());
            long count = firstRecord.isEmpty()
                    ? 0
                    : log.getLogRecordCountAsync(DLSN.InitialDLSN).get();
            System.out.println("Stream : (firstTxId="
                    + firstRecord.map(LogRecordWithDLSN::getTransactionId).orElse(-1L)
                    + ", lastTxid="
                    + lastRecord.map(LogRecordWithDLSN::getTransactionId).orElse(-1L)
                    + ", firstDlsn="
                    + firstRecord.map(LogRecordWithDLSN::getDlsn).orElse(DLSN.InvalidDLSN)
                    + ", lastDlsn="
                    + lastRecord.map(LogRecordWithDLSN::getDlsn).orElse(DLSN.InvalidDLSN)
                    + ", endOfStreamMarked=" + log.isEndOfStreamMarked()
                    + ", recordCount=" + count + ")");
            if (!hidesSegments) {
                showSegments(log);
            }
        }
        return 0;
    }

    private void showSegments(DistributedLogManager log) throws IOException {
        System.out.println("Ledgers : ");
        for (LogSegmentInfo segment : log.getLogSegments()) {
            long number = segment.logSegmentSequenceNo();
            if (number >= first && number <= last) {
                System.out.println(number + "\t: " + describe(segment));
            }
        }
    }

    private static String describe(LogSegmentInfo segment) {
        return "[LogSegmentId:" + segment.ledgerId()
                + ", firstTxId:" + segment.firstTxId()
                + ", lastTxId:" + segment.lastTxId()
                + ", recordCount:" + segment.recordCount()
                + ", lastDLSN:" + segment.lastDLSN()
                + ", inProgress:" + segment.isInProgress()
                + ", truncation:" + segment.truncation()
                + ", minActiveDLSN:" + segment.minActiveDLSN()
                + ", startSequenceId:" + segment.startSequenceId()
                + ", completionTime:" + segment.completionTimeMillis() + "]";
    }

    /** The record, or empty for a log that has none. */
    static Optional<LogRecordWithDLSN> recordOf(CompletableFuture<LogRecordWithDLSN> future)
            throws IOException, InterruptedException {
        try {
            return Optional.of(future.get());
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof LogEmptyException) {
                return Optional.empty();
            }
            throw new IOException(
                    failed.getCause() == null
                            ? "read failed"
                            : failed.getCause().getMessage(),
                    failed);
        }
    }
}
