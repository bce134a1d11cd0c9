package io.dlog.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.bookkeeper.client.BookKeeperAdmin;
import org.apache.bookkeeper.common.component.LifecycleComponentStack;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.server.EmbeddedServer;
import org.apache.bookkeeper.server.conf.BookieConfiguration;

/** Apache bookies in this JVM, on free loopback ports. Thread: owned by the test. */
final class ApacheBookies implements AutoCloseable {
    private final List<LifecycleComponentStack> servers = new ArrayList<>();

    /** Prepares ZooKeeper for a new cluster named by {@code metadataUri}. */
    static void format(String metadataUri) throws Exception {
        ServerConfiguration conf = new ServerConfiguration();
        conf.setMetadataServiceUri(metadataUri);
        BookKeeperAdmin.initNewCluster(conf);
    }

    ApacheBookies(String metadataUri, Path directory, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            servers.add(start(metadataUri, directory.resolve("apache-bookie-" + i)));
        }
    }

    private static LifecycleComponentStack start(String metadataUri, Path directory) throws Exception {
        ServerConfiguration conf = new ServerConfiguration();
        conf.setMetadataServiceUri(metadataUri);
        conf.setBookiePort(freePort());
        conf.setAllowLoopback(true);
        conf.setAdvertisedAddress("127.0.0.1");
        conf.setJournalDirName(directory.resolve("journal").toString());
        conf.setLedgerDirNames(new String[] {directory.resolve("ledgers").toString()});
        conf.setJournalFlushWhenQueueEmpty(true);
        conf.setProperty("enableStatistics", false);
        conf.setHttpServerEnabled(false);
        LifecycleComponentStack server =
                EmbeddedServer.builder(new BookieConfiguration(conf)).build().getLifecycleComponentStack();
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Stops one of them for good. */
    void stop(int index) {
        servers.get(index).close();
    }

    @Override
    public void close() {
        servers.forEach(LifecycleComponentStack::close);
    }
}
