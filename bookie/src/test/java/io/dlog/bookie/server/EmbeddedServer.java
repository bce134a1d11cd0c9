package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.concurrent.Scheduler;
import io.dlog.config.DataSize;
import io.dlog.metrics.Metrics;
import io.dlog.protocol.FrameCodec;
import io.dlog.time.Clock;
import io.netty.channel.embedded.EmbeddedChannel;

/**
 * A bookie's server without sockets: each connection is a channel that its owner feeds and whose event loop and clock its
 * owner drives. Thread: owned by the test.
 */
public final class EmbeddedServer {
    private static final int READER_THREADS = 2;
    private static final int READS_QUEUED_MAX = 100;
    private static final int LONG_POLLS_MAX = 100;
    private static final int CONNECTIONS_MAX = 1000;
    private static final long DISK_BYTES = 1L << 40;

    private final RequestHandlers handlers;
    private final ServerMetrics counters = new ServerMetrics(Metrics.none());
    private final Clock clock;

    public EmbeddedServer(LedgerStorage storage, HostedLedgers ledgers, Scheduler scheduler) {
        ServerSettings settings = new ServerSettings(
                DataSize.ofMebibytes(1),
                DataSize.ofMebibytes(1),
                1,
                READER_THREADS,
                READS_QUEUED_MAX,
                LONG_POLLS_MAX,
                CONNECTIONS_MAX);
        DiskSpace disks = new DiskSpace() {
            @Override
            public long totalBytes() {
                return DISK_BYTES;
            }

            @Override
            public long freeBytes() {
                return DISK_BYTES;
            }
        };
        this.handlers = new RequestHandlers(
                storage, ledgers, new Readers(scheduler, READER_THREADS, READS_QUEUED_MAX), disks, settings, counters);
        this.clock = scheduler.clock();
    }

    /** A new connection, whose time stands still until its owner moves it. */
    public EmbeddedChannel connect() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        FrameCodec.install(channel.pipeline(), FrameCodec.FRAME_BYTES_MAX_DEFAULT);
        channel.pipeline().addLast("requests", new ClientConnection(handlers, counters, clock));
        return channel;
    }
}
