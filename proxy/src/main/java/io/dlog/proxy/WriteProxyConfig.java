package io.dlog.proxy;

import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.config.DataSize;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Settings of a write proxy beside those of the log library. Thread: immutable.
 *
 * @param host where it listens, and how others know it; key {@code server_host}, default 127.0.0.1
 * @param port 0 takes a free one; {@code --port} goes before key {@code server_port}
 * @param shard shard id, at least 0, need not be unique; {@code --shard-id} goes before key {@code server_shard}
 * @param threads that run streams; key {@code server_threads}, default the number of CPUs
 * @param transport what carries requests; key {@code proxyTransport}, default finagle
 * @param serviceTimeout an operation that takes longer makes its stream start anew; key {@code server_service_timeout_ms},
 *     default 0, which means no bound
 * @param closeTimeout for closing one stream's writer; key {@code server_writer_close_timeout_ms}, default 1000
 * @param gracefulShutdown how long requests may still end after the streams are closed; key
 *     {@code server_graceful_shutdown_period_ms}, default 0
 * @param failFastOnStreamNotReady key of that name, default false
 * @param streamsMax key {@code maxCachedPartitionsPerProxy}, default 100 000 (upstream: none)
 * @param queuedMax operations that wait for one stream; key {@code queuedOperationsPerStreamMax}, default 10 000
 * @param requestsMax requests in flight; key {@code inFlightRequestsMax}, default 100 000
 * @param requestBytesMax their bytes; key {@code inFlightBytesMax}, default 512 MiB
 */
public record WriteProxyConfig(
        String host,
        int port,
        int shard,
        int threads,
        Transport transport,
        Duration serviceTimeout,
        Duration closeTimeout,
        Duration gracefulShutdown,
        boolean failFastOnStreamNotReady,
        int streamsMax,
        int queuedMax,
        int requestsMax,
        DataSize requestBytesMax) {
    /** What carries requests. */
    public enum Transport {
        FINAGLE,
        NETTY
    }

    /** Longest wait for requests to end when the proxy stops, whatever the file says. */
    static final Duration GRACEFUL_SHUTDOWN_MAX = Duration.ofSeconds(5);

    /** Takes the proxy's own keys; the caller takes the log library's and finishes. */
    public static WriteProxyConfig read(ConfigReader reader) throws ConfigException {
        reader.alias("server_service_timeout_ms", "serviceTimeoutMs");
        reader.alias("server_stream_probation_timeout_ms", "streamProbationTimeoutMs");
        reader.ignore("streamProbationTimeoutMs", "a failed stream is acquired again as soon as its writer is aborted");
        reader.ignore("server_dlsn_version", "only version 1 of positions is written");
        reader.ignore("server_durable_write_enabled", "writes are always durable");
        reader.ignore("server_region_id", "there is one region");
        reader.ignore("server_enable_perstream_stat", "metrics have a bounded number of labels");
        reader.ignore("server_mode", "nothing ever read it");
        reader.ignore("stream_partition_converter_class", "streams are counted one by one");
        reader.ignore("server_use_hostname_as_allocator_pool_name", "ledgers come without a pool");
        reader.ignore("server_resource_placement_refresh_interval", "streams are placed by the clients' ring");
        for (String limit : new String[] {
            "bpsSoftServiceLimit",
            "bpsHardServiceLimit",
            "bpsStreamAcquireServiceLimit",
            "rpsSoftServiceLimit",
            "rpsHardServiceLimit",
            "rpsStreamAcquireServiceLimit",
            "bpsSoftWriteLimit",
            "bpsHardWriteLimit",
            "rpsSoftWriteLimit",
            "rpsHardWriteLimit"
        }) {
            reader.ignore(limit, "requests in flight are limited, by inFlightRequestsMax and inFlightBytesMax");
        }
        reader.alias("maxAcquiredPartitionsPerProxy", "maxCachedPartitionsPerProxy");
        int streamsMax = reader.integer("maxCachedPartitionsPerProxy", -1, -1, Integer.MAX_VALUE);
        return new WriteProxyConfig(
                reader.string("server_host", "127.0.0.1"),
                reader.integer("server_port", 0, 0, 65535),
                reader.integer("server_shard", 0, 0, Integer.MAX_VALUE),
                reader.integer("server_threads", Runtime.getRuntime().availableProcessors(), 1, 1024),
                reader.oneOf("proxyTransport", Transport.FINAGLE),
                reader.duration("serviceTimeoutMs", Duration.ZERO, ChronoUnit.MILLIS),
                reader.duration("server_writer_close_timeout_ms", Duration.ofSeconds(1), ChronoUnit.MILLIS),
                reader.duration("server_graceful_shutdown_period_ms", Duration.ZERO, ChronoUnit.MILLIS),
                reader.bool("failFastOnStreamNotReady", false),
                streamsMax < 1 ? 100_000 : streamsMax,
                reader.integer("queuedOperationsPerStreamMax", 10_000, 1, 10_000_000),
                reader.integer("inFlightRequestsMax", 100_000, 1, 10_000_000),
                reader.dataSize("inFlightBytesMax", DataSize.ofMebibytes(512), DataSize.Unit.BYTES));
    }
}
