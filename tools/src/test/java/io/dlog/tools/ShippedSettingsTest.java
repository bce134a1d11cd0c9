package io.dlog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.BookieConfig;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.log.LogConfig;
import io.dlog.log.LogConfigReader;
import io.dlog.proxy.WriteProxyConfig;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files in {@code conf/} name every key that their readers know, set or as a comment {@code #key=default}, and no other;
 * and the defaults in the comments are the readers'.
 */
final class ShippedSettingsTest {
    private static final Path CONF = Path.of("..", "conf");
    private static final Pattern SET = Pattern.compile("(?m)^([A-Za-z][\\w.]*)=");
    private static final Pattern COMMENTED = Pattern.compile("(?m)^#([A-Za-z][\\w.]*)=.*$");

    /** Without it a bookie has no cluster, so it has no default. */
    private static final String CLUSTER = "zkServers=localhost:2181\n";

    /** The file gives this key by its name in DistributedLog's guide, which is the older one. */
    private static final String PRESENT_NAME = "journalDirectories";

    private static final String NAME_IN_THE_GUIDE = "journalDirectory";

    @Test
    void bookieTemplateIsWhatTheBookieReads() throws Exception {
        String text = Files.readString(CONF.resolve("bookie.conf.template"));
        ConfigReader reader = ConfigReader.parse("bookie.conf.template", text);
        BookieConfig config = BookieConfig.read(reader);

        namesEachKeyOnce(text, reader);
        assertThat(BookieConfig.read(ConfigReader.parse("defaults", CLUSTER + commented(text))))
                .isEqualTo(BookieConfig.read(ConfigReader.parse("none", CLUSTER)));
        // The guide's expectations.
        assertThat(config.identity().port()).isEqualTo(3181);
        assertThat(config.stats().port()).isEqualTo(9001);
        assertThat(config.journalDirectories()).containsExactly(Path.of("/tmp/data/bk/journal"));
    }

    @Test
    void proxySettingsAreWhatTheProxyReads() throws Exception {
        String text = Files.readString(CONF.resolve("write_proxy.conf"));
        ConfigReader reader = ConfigReader.parse("write_proxy.conf", text);
        Proxy proxy = Proxy.read(reader);

        namesEachKeyOnce(text, reader);
        assertThat(Proxy.read(ConfigReader.parse("defaults", commented(text))))
                .isEqualTo(Proxy.read(ConfigReader.empty()));
        // What makes records visible at once and every second entry a control record.
        assertThat(proxy.log().immediateFlush()).isTrue();
        assertThat(proxy.log().outputBufferBytes()).isZero();
    }

    @Test
    void librarySettingsAreWhatTheLibraryReads() throws Exception {
        String text = Files.readString(CONF.resolve("distributedlog.conf"));
        ConfigReader reader = ConfigReader.parse("distributedlog.conf", text);
        LogConfigReader.read(reader);
        reader.finish();

        namesEachKeyOnce(text, reader);
        assertThat(LogConfigReader.read(ConfigReader.parse("defaults", commented(text))))
                .isEqualTo(LogConfig.defaults());
    }

    @Test
    void zooKeeperTemplateIsWhatZooKeeperReads(@TempDir Path directory) throws Exception {
        Path data = Files.createDirectories(directory.resolve("zookeeper"));
        Files.createDirectories(data.resolve("txlog"));
        Files.writeString(data.resolve("myid"), "1\n");
        Path conf = directory.resolve("zookeeper.conf");
        Files.writeString(
                conf,
                Files.readString(CONF.resolve("zookeeper.conf.template"))
                        .replace("/tmp/data/zookeeper", data.toString()));

        QuorumPeerConfig config = new QuorumPeerConfig();
        config.parse(conf.toString());

        InetSocketAddress clients = config.getClientPortAddress();
        assertThat(clients.getPort()).isEqualTo(2181);
        assertThat(clients.getAddress().isLoopbackAddress()).isTrue();
        assertThat(config.getDataDir()).isEqualTo(data.toFile());
        assertThat(config.getMaxClientCnxns()).isZero();
        assertThat(config.isDistributed()).isTrue();
    }

    private record Proxy(WriteProxyConfig proxy, LogConfig log) {
        /** In the order of {@code WriteProxyMain}. */
        static Proxy read(ConfigReader reader) throws ConfigException {
            Proxy proxy = new Proxy(WriteProxyConfig.read(reader), LogConfigReader.read(reader));
            reader.finish();
            return proxy;
        }
    }

    private static void namesEachKeyOnce(String text, ConfigReader reader) {
        List<String> set = keys(SET, text);
        List<String> commented = keys(COMMENTED, text);
        assertThat(set).doesNotHaveDuplicates().doesNotContainAnyElementsOf(commented);
        assertThat(commented).doesNotHaveDuplicates();
        assertThat(reader.keysWithoutEffect()).as("keys without effect").isEmpty();
        TreeSet<String> named = new TreeSet<>(set);
        named.addAll(commented);
        TreeSet<String> missing = new TreeSet<>(reader.keys());
        missing.removeAll(named);
        assertThat(missing).as("keys the file does not name").isSubsetOf(PRESENT_NAME);
        named.removeAll(reader.keys());
        assertThat(named).as("keys nobody reads").isSubsetOf(NAME_IN_THE_GUIDE);
    }

    private static List<String> keys(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
    }

    /** The commented settings alone, put to work. */
    private static String commented(String text) {
        return COMMENTED
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .map(line -> line.substring(1))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
