package io.dlog.bookie.testing;

import io.dlog.bookie.Bookie;
import io.dlog.bookie.BookieConfig;
import io.dlog.config.ConfigReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Bookies of ours in this JVM: real directories, free loopback ports, a real ZooKeeper. Thread: owned by the test.
 */
public final class BookiesForTests implements AutoCloseable {
    private final String metadataUri;
    private final Path directory;
    private final List<Bookie> bookies = new ArrayList<>();

    /**
     * Starts {@code count} bookies of the formatted cluster at {@code metadataUri}.
     *
     * @param directory where each gets a directory of its own
     */
    public BookiesForTests(String metadataUri, Path directory, int count) throws Exception {
        this.metadataUri = metadataUri;
        this.directory = directory;
        try {
            for (int i = 0; i < count; i++) {
                startAnother();
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** Starts one more. */
    public Bookie startAnother() throws Exception {
        Path home = directory.resolve("bookie-" + bookies.size());
        ConfigReader settings = ConfigReader.parse(
                "bookie " + bookies.size(),
                String.join(
                        "\n",
                        "bookiePort=" + freePort(),
                        "metadataServiceUri=" + metadataUri,
                        "advertisedAddress=127.0.0.1",
                        "journalDirectory=" + home.resolve("journal"),
                        "ledgerDirectories=" + home.resolve("ledgers"),
                        "logBufferSize=64MiB",
                        "codahaleStatsHttpPort=0"));
        Bookie bookie = Bookie.start(BookieConfig.read(settings), Bookie.Offer.READ_WRITE);
        bookies.add(bookie);
        return bookie;
    }

    /** The bookies in the order of their start, stopped ones too. */
    public List<Bookie> all() {
        return List.copyOf(bookies);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        bookies.forEach(Bookie::close);
    }
}
