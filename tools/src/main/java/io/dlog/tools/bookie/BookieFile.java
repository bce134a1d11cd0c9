package io.dlog.tools.bookie;

import io.dlog.bookie.BookieConfig;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.LedgerLayout;
import io.dlog.metadata.zookeeper.MetadataUri;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.tools.console.CommandException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The bookie's settings file that shell commands work with: option {@code -conf} or the variable BOOKIE_CONF. */
final class BookieFile {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    @Option(
            names = {"-conf", "--conf"},
            paramLabel = "FILE",
            description = "A bookie's settings; default: BOOKIE_CONF.")
    private @Nullable Path conf;

    private Path path() {
        if (conf != null) {
            return conf;
        }
        String environment = System.getenv("BOOKIE_CONF");
        if (environment == null || environment.isBlank()) {
            throw new CommandException("which bookie? Set BOOKIE_CONF to its settings file, or give -conf FILE");
        }
        return Path.of(environment);
    }

    private ConfigReader read() throws ConfigException {
        return ConfigReader.open(path());
    }

    /** The whole file as the bookie itself reads it; wrong keys and values are errors. */
    BookieConfig config() throws ConfigException {
        return BookieConfig.read(read());
    }

    /** Where the cluster's metadata lie. */
    MetadataUri metadata() throws ConfigException {
        ConfigReader reader = read();
        try {
            Optional<String> uri = reader.optional("metadataServiceUri");
            return uri.isPresent()
                    ? MetadataUri.parse(uri.get())
                    : MetadataUri.of(
                            reader.string("zkServers", "localhost:2181"),
                            reader.string("zkLedgersRootPath", "/ledgers"));
        } catch (IllegalArgumentException wrong) {
            throw new CommandException(path() + ": " + wrong.getMessage(), wrong);
        }
    }

    /** The layout that new metadata get. */
    LedgerLayout layout() throws ConfigException {
        Optional<LedgerLayout> named = metadata().layout();
        return named.isPresent()
                ? named.get()
                : LedgerLayout.ofTypeName(read().string("ledgerManagerType", "hierarchical"));
    }

    ZooKeeperSession connect() throws ConfigException, MetadataException {
        return ZooKeeperSession.connect(metadata().servers(), SESSION_TIMEOUT);
    }

    /** Every directory the bookie writes to: journal, ledgers, index. */
    Set<Path> directories() throws ConfigException {
        ConfigReader reader = read();
        String journals =
                reader.optional("journalDirectories").orElseGet(() -> reader.string("journalDirectory", "/tmp/bk-txn"));
        String ledgers = reader.string("ledgerDirectories", "/tmp/bk-data");
        Set<Path> directories = new LinkedHashSet<>();
        for (String list : new String[] {journals, ledgers, reader.string("indexDirectories", ledgers)}) {
            Arrays.stream(list.split(",")).map(String::strip).map(Path::of).forEach(directories::add);
        }
        return directories;
    }
}
