package io.dlog.bookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.bookie.disk.DiskFileSystem;
import io.dlog.config.ConfigReader;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CookieTest {
    private static final BookieId ID = new BookieId("127.0.0.1:3181");

    private final Path dir;

    private final Cluster cluster = new Cluster();

    CookieTest(@TempDir Path dir) {
        this.dir = dir;
    }

    /** A cluster's memory of its bookies. */
    private static final class Cluster implements BookieRegistration {
        private Optional<String> instance = Optional.of("06e8c388-dcba-47b1-bbb9-6c96820765f5");
        private final Map<BookieId, Versioned<byte[]>> cookies = new HashMap<>();

        private Versioned<byte[]> stored() {
            return Optional.ofNullable(cookies.get(ID)).orElseThrow();
        }

        @Override
        public CompletableFuture<String> instanceId() {
            return instance.map(CompletableFuture::completedFuture)
                    .orElseGet(() ->
                            CompletableFuture.failedFuture(new MetadataException(Reason.NOT_FOUND, "no INSTANCEID")));
        }

        @Override
        public CompletableFuture<Optional<Versioned<byte[]>>> readCookie(BookieId id) {
            return CompletableFuture.completedFuture(Optional.ofNullable(cookies.get(id)));
        }

        @Override
        public CompletableFuture<Void> writeCookie(BookieId id, byte[] cookie, long expectedVersion) {
            Versioned<byte[]> old = cookies.get(id);
            assertThat(expectedVersion).isEqualTo(old == null ? -1 : old.version());
            cookies.put(id, new Versioned<>(cookie, expectedVersion + 1));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> deleteCookie(BookieId id) {
            cookies.remove(id);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> register(BookieEndpoint endpoint, Mode mode) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> unregister() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }

    private BookieConfig config(String more) throws Exception {
        String ledgers = more.contains("ledgerDirectories") ? "" : "ledgerDirectories=" + dir + "/l1\n";
        return BookieConfig.read(
                ConfigReader.parse("bookie.conf", "zkServers=h:1\njournalDirectory=" + dir + "/j\n" + ledgers + more));
    }

    private Cookie check(BookieConfig config, BookieId id) throws Exception {
        return new CookieCheck(new DiskFileSystem(), cluster, config, id).check();
    }

    private Path cookieIn(String directory) {
        return dir.resolve(directory).resolve("current/VERSION");
    }

    @Test
    void hasTheBytesOfUpstreams() throws Exception {
        Cookie cookie =
                new Cookie("127.0.0.1:31999", "/j", "1\t/l", "06e8c388-dcba-47b1-bbb9-6c96820765f5", Optional.empty());
        assertThat(new String(cookie.bytes(), StandardCharsets.UTF_8)).isEqualTo("""
                        5
                        bookieHost: "127.0.0.1:31999"
                        journalDir: "/j"
                        ledgerDirs: "1\\t/l"
                        instanceId: "06e8c388-dcba-47b1-bbb9-6c96820765f5"
                        """);
        assertThat(Cookie.parse(cookie.bytes(), "x")).isEqualTo(cookie);
        assertThat(Cookie.parse("3\nh:1\n/j\n1\t/l".getBytes(StandardCharsets.UTF_8), "x"))
                .isEqualTo(new Cookie("h:1", "/j", "1\t/l", "", Optional.empty()));
        assertThatThrownBy(() -> Cookie.parse("6\n".getBytes(StandardCharsets.UTF_8), "x"))
                .hasMessageContaining("layout 6");
        assertThatThrownBy(() -> Cookie.parse("5\nbookieHost: \"a".getBytes(StandardCharsets.UTF_8), "file"))
                .hasMessageContaining("the cookie in file can't be read");
    }

    @Test
    void isWrittenOnceByANewBookieAndAcceptedAfterwards() throws Exception {
        BookieConfig config = config("indexDirectories=" + dir + "/i\n");
        Cookie written = check(config, ID);
        for (String directory : new String[] {"j", "l1", "i"}) {
            assertThat(Files.readAllBytes(cookieIn(directory))).isEqualTo(written.bytes());
        }
        assertThat(cluster.stored().value()).isEqualTo(written.bytes());
        assertThat(check(config, ID)).isEqualTo(written);
        assertThat(cluster.stored().version()).isZero();
    }

    @Test
    void refusesAnotherBookiesDirectory() throws Exception {
        check(config(""), ID);
        assertThatThrownBy(() -> check(config(""), new BookieId("127.0.0.1:3182")))
                .isInstanceOf(CookieException.class)
                .hasMessageContaining("belongs to bookie 127.0.0.1:3181, this is 127.0.0.1:3182")
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesAnotherClustersDirectoryAndAClusterThatIsNotFormatted() throws Exception {
        check(config(""), ID);
        cluster.instance = Optional.of("11111111-dcba-47b1-bbb9-6c96820765f5");
        assertThatThrownBy(() -> check(config(""), ID)).hasMessageContaining("belongs to another cluster");
        cluster.instance = Optional.empty();
        assertThatThrownBy(() -> check(config(""), ID)).hasMessageContaining("metaformat");
    }

    @Test
    void refusesADiskThatLostItsCookie() throws Exception {
        BookieConfig config = config("");
        check(config, ID);
        Files.delete(cookieIn("l1"));
        assertThatThrownBy(() -> check(config, ID)).hasMessageContaining("l1 has no cookie: mount the disk");
        BookieFormat.wipeDirectories(config);
        assertThatThrownBy(() -> check(config, ID))
                .hasMessageContaining("is known to the cluster but")
                .hasMessageContaining("bookieformat -d");
        BookieFormat.removeCookie(config, cluster);
        check(config, ID);
    }

    @Test
    void refusesDataWithoutCookieAndACookieThatTheClusterForgot() throws Exception {
        BookieConfig config = config("");
        Files.createDirectories(dir.resolve("l1/current/deep"));
        Files.writeString(dir.resolve("l1/current/deep/0.log"), "data");
        assertThatThrownBy(() -> check(config, ID)).hasMessageContaining("holds files but no cookie");
        BookieFormat.wipeDirectories(config);
        check(config, ID);
        cluster.cookies.clear();
        assertThatThrownBy(() -> check(config, ID)).hasMessageContaining("the cluster was formatted");
    }

    @Test
    void takesMoreDirectoriesOnlyWhenAllowed() throws Exception {
        check(config(""), ID);
        String more = "ledgerDirectories=" + dir + "/l1," + dir + "/l2\n";
        assertThatThrownBy(() -> check(config(more), ID)).hasMessageContaining("set allowStorageExpansion=true");
        Cookie larger = check(config(more + "allowStorageExpansion=true\n"), ID);
        assertThat(larger.ledgerDirectories()).hasSize(2);
        assertThat(cluster.stored().version()).isEqualTo(1);
        assertThat(Files.readAllBytes(cookieIn("j"))).isEqualTo(larger.bytes());
        assertThatThrownBy(() -> check(config("allowStorageExpansion=true\n"), ID))
                .hasMessageContaining("ledger directories are");
    }

    @Test
    void namesADirectoryThatCannotBeMade() throws Exception {
        Files.writeString(dir.resolve("l1"), "a file in the way");
        assertThatThrownBy(() -> check(config(""), ID))
                .isInstanceOf(CookieException.class)
                .hasMessageContaining("l1 can't be made");
    }
}
