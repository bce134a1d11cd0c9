package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.testing.InMemoryLedgerStorage;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.config.DataSize;
import io.dlog.metrics.DropwizardMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A bookie's server over a storage in memory. */
final class TestServer implements AutoCloseable {
    /** As Apache's bookie had them when the golden exchanges were recorded. */
    static final long TOTAL_BYTES = 270_553_174_016L;

    static final long FREE_BYTES = 66_113_880_064L;

    static final int LONG_POLLS_MAX = 100;

    final InMemoryLedgerStorage storage = new InMemoryLedgerStorage();
    final HostedLedgers ledgers = new HostedLedgers(storage, 1000);
    final DropwizardMetrics metrics = new DropwizardMetrics();
    private final ThreadScheduler scheduler = new ThreadScheduler("test-bookie", 1);
    private final BookieServer server;

    TestServer() throws IOException {
        this(0);
    }

    TestServer(int port) throws IOException {
        DiskSpace disks = new DiskSpace() {
            @Override
            public long totalBytes() {
                return TOTAL_BYTES;
            }

            @Override
            public long freeBytes() {
                return FREE_BYTES;
            }
        };
        ServerSettings settings =
                new ServerSettings(DataSize.ofMebibytes(5), DataSize.ofMebibytes(5), 2, 2, 100, LONG_POLLS_MAX, 200);
        server = BookieServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                settings,
                storage,
                ledgers,
                disks,
                scheduler,
                metrics);
    }

    RawClient connect() throws IOException {
        return new RawClient(server.address());
    }

    int port() {
        return server.address().getPort();
    }

    long counted(String counter) {
        return metrics.registry().counter(counter).getCount();
    }

    Object measured(String gauge) {
        return metrics.registry().gauge(gauge).getValue();
    }

    @Override
    public void close() {
        server.close();
        scheduler.close();
    }
}
