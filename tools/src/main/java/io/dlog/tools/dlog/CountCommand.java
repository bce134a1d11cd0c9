package io.dlog.tools.dlog;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Counts the records between two positions. */
@Command(
        name = "count",
        description = "Count a stream's records between two positions, both included.",
        mixinStandardHelpOptions = true)
final class CountCommand implements Callable<Integer> {
    @Mixin
    private final NamespaceOptions options = new NamespaceOptions();

    @Mixin
    private final StreamOption stream = new StreamOption();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "START",
            description = "Position as text, e.g. from serialize_dlsn or as S,E,L; default: the first record.")
    private @Nullable String start;

    @Parameters(index = "1", arity = "0..1", paramLabel = "END", description = "Position; default: the last record.")
    private @Nullable String end;

    @Override
    public Integer call() throws Exception {
        try (Namespace namespace = options.open();
                DistributedLogManager log = stream.open(namespace, options)) {
            Optional<LogRecordWithDLSN> first = ShowCommand.recordOf(log.getFirstLogRecordAsync());
            Optional<LogRecordWithDLSN> last = ShowCommand.recordOf(log.getLastLogRecordAsync());
            if (first.isEmpty() || last.isEmpty()) {
                System.out.println("total is 0 records.");
                return 0;
            }
            DLSN from = start == null ? first.get().getDlsn() : DlsnText.parse(start);
            DLSN to = end == null ? last.get().getDlsn() : DlsnText.parse(end);
            System.out.println("first record : " + first.get());
            System.out.println("last record : " + last.get());
            long total = log.getLogRecordCountAsync(from).get();
            if (to.compareTo(last.get().getDlsn()) < 0) {
                total -= log.getLogRecordCountAsync(to.nextDLSN()).get();
            }
            System.out.println("total is " + Math.max(0, total) + " records.");
        }
        return 0;
    }
}
