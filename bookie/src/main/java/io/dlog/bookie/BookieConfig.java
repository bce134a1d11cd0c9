package io.dlog.bookie;

import io.dlog.bookie.server.ServerSettings;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.config.DataSize;
import io.dlog.metadata.zookeeper.MetadataUri;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * A bookie's settings. Keys are upstream's where there is a counterpart; defaults in brackets.
 *
 * <p>Thread: immutable.
 *
 * @param identity who this bookie is and where it listens
 * @param journalDirectories <b>journalDirectories</b> or <b>journalDirectory</b> [/tmp/bk-txn]: exactly one;
 *     changing it takes <b>bookieformat</b>
 * @param ledgerDirectories <b>ledgerDirectories</b> [/tmp/bk-data]: entry logs and index; may grow with
 *     <b>allowStorageExpansion</b>
 * @param indexDirectories <b>indexDirectories</b>, one for each ledger directory; empty when the key is not set, the
 *     index then lies in the ledger directories
 * @param metadata <b>metadataServiceUri</b>, or <b>zkServers</b> and <b>zkLedgersRootPath</b> [/ledgers]
 * @param zkTimeout <b>zkTimeout</b> [10 s]: after this silence the cluster counts the bookie as gone; the start waits
 *     as long for ZooKeeper
 * @param isStorageExpansionAllowed <b>allowStorageExpansion</b> [false]: empty directories may be added
 * @param isReadOnlyModeEnabled <b>readOnlyModeEnabled</b> [true]: a full disk makes the bookie read-only; else it stops
 * @param storage sizes and intervals of the storage
 * @param server bounds of the server
 * @param stats the page for operators
 */
public record BookieConfig(
        Identity identity,
        List<Path> journalDirectories,
        List<Path> ledgerDirectories,
        Optional<List<Path>> indexDirectories,
        MetadataUri metadata,
        Duration zkTimeout,
        boolean isStorageExpansionAllowed,
        boolean isReadOnlyModeEnabled,
        Storage storage,
        ServerSettings server,
        Stats stats) {

    /**
     * Who the bookie is, before anything is looked up.
     *
     * @param port <b>bookiePort</b> [3181]: part of its id, so never chosen by the system
     * @param bookieId <b>bookieId</b>: a name of its own instead of host and port
     * @param advertisedAddress <b>advertisedAddress</b>: what clients connect to; the bookie then listens on all addresses
     * @param listeningInterface <b>listeningInterface</b>: listen on this network interface only, and be known by its address
     * @param isLoopback <b>allowLoopback</b> [true, upstream false]: unless one of the two above is set, be known as 127.0.0.1
     *     and listen there only; <b>false</b> takes the host's own address
     * @param isHostName <b>useHostNameAsBookieID</b> [false]: known by name instead of address, unless that is loopback
     * @param isShortHostName <b>useShortHostName</b> [false]: the name without its domain
     */
    public record Identity(
            int port,
            Optional<String> bookieId,
            Optional<String> advertisedAddress,
            Optional<String> listeningInterface,
            boolean isLoopback,
            boolean isHostName,
            boolean isShortHostName) {}

    /**
     * Sizes and intervals of the storage.
     *
     * @param journalFileSize <b>journalMaxSizeMB</b> [2048 MiB]: the journal's files grow to this, then the next begins
     * @param logBufferSize <b>logBufferSize</b> [a quarter of the direct memory, at least 64 MiB]: journal image, write cache
     *     and tail cache in one; a larger one makes fewer and larger flushes
     * @param entryLogSize <b>logSizeLimit</b> [1 GiB]: entry logs are sealed at this size
     * @param blockCacheSize <b>readBufferSizeBytes</b> [64 MiB]: memory for blocks read from entry logs
     * @param flushInterval <b>flushInterval</b> [60 s, upstream 10 s]: entries move from log buffer to entry logs at least
     *     this often; a shorter one makes the restart shorter and the logs worse sorted
     * @param gcInterval <b>gcWaitTime</b> [10 min]: how often deleted ledgers are looked for
     * @param majorCompactionThreshold <b>majorCompactionThreshold</b> [0.8]: logs with less live data are rewritten
     * @param diskUsageMax <b>diskUsageThreshold</b> [0.95]: above it the bookie takes no adds
     * @param diskCheckInterval <b>diskCheckInterval</b> [10 s]
     */
    public record Storage(
            DataSize journalFileSize,
            DataSize logBufferSize,
            DataSize entryLogSize,
            DataSize blockCacheSize,
            Duration flushInterval,
            Duration gcInterval,
            double majorCompactionThreshold,
            double diskUsageMax,
            Duration diskCheckInterval) {}

    /**
     * The page for operators.
     *
     * @param isEnabled <b>enableStatistics</b> [true]
     * @param address <b>codahaleStatsHttpAddress</b> [127.0.0.1]
     * @param port <b>codahaleStatsHttpPort</b>, also <b>prometheusStatsHttpPort</b> [9001]; 0 takes a free one
     */
    public record Stats(boolean isEnabled, String address, int port) {}

    /** Ledgers in hand; each takes some 300 bytes. */
    static final int LEDGERS_IN_HAND_MAX = 200_000;

    private static final int PORT_MAX = 65_535;

    /** Reads all keys and refuses what nobody knows. */
    public static BookieConfig read(ConfigReader reader) throws ConfigException {
        UpstreamKeys.ignoreIn(reader);
        List<String> index = reader.list("indexDirectories", List.of());
        BookieConfig config = new BookieConfig(
                identity(reader),
                journalDirectories(reader),
                directories(reader.list("ledgerDirectories", List.of("/tmp/bk-data"))),
                index.isEmpty() ? Optional.empty() : Optional.of(directories(index)),
                metadata(reader),
                reader.duration("zkTimeout", Duration.ofSeconds(10), ChronoUnit.MILLIS),
                reader.bool("allowStorageExpansion", false),
                reader.bool("readOnlyModeEnabled", true),
                storage(reader),
                server(reader),
                stats(reader));
        reader.finish();
        checkIndexDirectories(config, reader);
        return config;
    }

    private static void checkIndexDirectories(BookieConfig config, ConfigReader reader) throws ConfigException {
        int ledgers = config.ledgerDirectories().size();
        int indexes = config.indexDirectories().map(List::size).orElse(ledgers);
        if (ledgers == 0 || indexes != ledgers) {
            throw new ConfigException(reader.source() + ": there are " + ledgers + " ledgerDirectories and " + indexes
                    + " indexDirectories; name one index directory for each ledger directory, or none");
        }
    }

    private static Identity identity(ConfigReader reader) throws ConfigException {
        return new Identity(
                reader.integer("bookiePort", 3181, 1, PORT_MAX),
                reader.optional("bookieId"),
                reader.optional("advertisedAddress"),
                reader.optional("listeningInterface"),
                reader.bool("allowLoopback", true),
                reader.bool("useHostNameAsBookieID", false),
                reader.bool("useShortHostName", false));
    }

    private static List<Path> journalDirectories(ConfigReader reader) throws ConfigException {
        reader.alias("journalDirectory", "journalDirectories");
        List<String> names = reader.list("journalDirectories", List.of("/tmp/bk-txn"));
        if (names.size() != 1) {
            throw reader.wrong("journalDirectories", String.join(",", names), "one directory");
        }
        return directories(names);
    }

    private static List<Path> directories(List<String> names) {
        return names.stream().map(Path::of).toList();
    }

    private static MetadataUri metadata(ConfigReader reader) throws ConfigException {
        Optional<String> uri = reader.optional("metadataServiceUri");
        Optional<String> servers = reader.optional("zkServers");
        String root = reader.string("zkLedgersRootPath", "/ledgers");
        try {
            if (uri.isPresent()) {
                return MetadataUri.parse(uri.get());
            }
            if (servers.isPresent()) {
                return MetadataUri.of(servers.get(), root);
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(reader.source() + ": " + e.getMessage(), e);
        }
        throw new ConfigException(reader.source()
                + ": zkServers must be set (with zkLedgersRootPath), or metadataServiceUri=zk://host:2181/ledgers");
    }

    private static Storage storage(ConfigReader reader) throws ConfigException {
        return new Storage(
                reader.dataSize("journalMaxSizeMB", DataSize.ofMebibytes(2048), DataSize.Unit.MEBIBYTES),
                reader.dataSize(
                        "logBufferSize",
                        defaultLogBuffer(PlatformDependent.estimateMaxDirectMemory()),
                        DataSize.Unit.MEBIBYTES),
                reader.dataSize("logSizeLimit", DataSize.ofMebibytes(1024), DataSize.Unit.BYTES),
                reader.dataSize("readBufferSizeBytes", DataSize.ofMebibytes(64), DataSize.Unit.BYTES),
                reader.duration("flushInterval", Duration.ofSeconds(60), ChronoUnit.MILLIS),
                reader.duration("gcWaitTime", Duration.ofMinutes(10), ChronoUnit.MILLIS),
                reader.fraction("majorCompactionThreshold", 0.8, 0, 1),
                reader.fraction("diskUsageThreshold", 0.95, 0.01, 1),
                reader.duration("diskCheckInterval", Duration.ofSeconds(10), ChronoUnit.MILLIS));
    }

    /** @param directMemoryBytes what the JVM may use in all */
    static DataSize defaultLogBuffer(long directMemoryBytes) {
        long quarter = directMemoryBytes / 4;
        return DataSize.ofMebibytes(Math.max(64, Math.min(512, quarter >> 20)));
    }

    private static ServerSettings server(ConfigReader reader) throws ConfigException {
        ServerSettings defaults = ServerSettings.defaults();
        return new ServerSettings(
                reader.dataSize("nettyMaxFrameSizeBytes", defaults.frameSizeMax(), DataSize.Unit.BYTES),
                reader.dataSize("maxBatchReadSize", defaults.batchReadSizeMax(), DataSize.Unit.BYTES),
                reader.integer("serverNumIOThreads", defaults.loopThreads(), 1, 256),
                reader.integer("numReadWorkerThreads", defaults.readerThreads(), 1, 256),
                reader.integer("maxPendingReadRequestsPerThread", defaults.readsQueuedMax(), 1, 1_000_000),
                reader.integer("longPollsMax", defaults.longPollsMax(), 1, 10_000_000),
                reader.integer("connectionsMax", defaults.connectionsMax(), 1, 1_000_000));
    }

    private static Stats stats(ConfigReader reader) throws ConfigException {
        reader.alias("prometheusStatsHttpPort", "codahaleStatsHttpPort");
        reader.alias("prometheusStatsHttpAddress", "codahaleStatsHttpAddress");
        return new Stats(
                reader.bool("enableStatistics", true),
                reader.string("codahaleStatsHttpAddress", "127.0.0.1"),
                reader.integer("codahaleStatsHttpPort", 9001, 0, PORT_MAX));
    }
}
