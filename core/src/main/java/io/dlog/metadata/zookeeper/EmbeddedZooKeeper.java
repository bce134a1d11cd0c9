package io.dlog.metadata.zookeeper;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * One ZooKeeper server in this process, for a cluster on one machine and for tests. Keeps its data in a directory, so that
 * it can be closed and started again.
 *
 * <p>Thread: safe, because it changes only at construction and in {@link #close}, which waits for the server's threads.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
    /** Shortest tick: sessions time out after 2 to 20 of them. */
    private static final int TICK_MILLIS = 500;

    private static final int CONNECTIONS_PER_CLIENT_MAX = 1000;

    private final ZooKeeperServer server;
    private final ServerCnxnFactory connections;
    private final String host;

    private EmbeddedZooKeeper(String host, ZooKeeperServer server, ServerCnxnFactory connections) {
        this.host = host;
        this.server = server;
        this.connections = connections;
    }

    /**
     * Starts a server; blocks until it serves.
     *
     * @param host address to listen on
     * @param port 0 for a free one
     * @param dataDirectory created when missing
     * @throws IOException naming the port when it is taken, or the directory when it can't be used
     */
    public static EmbeddedZooKeeper start(String host, int port, Path dataDirectory) throws IOException {
        Files.createDirectories(dataDirectory);
        ZooKeeperServer server = new ZooKeeperServer(dataDirectory.toFile(), dataDirectory.toFile(), TICK_MILLIS);
        server.setMaxSessionTimeout((int) java.time.Duration.ofMinutes(2).toMillis());
        NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
        try {
            connections.configure(new InetSocketAddress(host, port), CONNECTIONS_PER_CLIENT_MAX);
        } catch (BindException e) {
            throw new IOException("port " + port + " of " + host + " is taken; choose another for ZooKeeper", e);
        }
        try {
            connections.startup(server);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connections.shutdown();
            throw new IOException("interrupted while ZooKeeper started", e);
        }
        return new EmbeddedZooKeeper(host, server, connections);
    }

    /** The port it listens on. */
    public int port() {
        return connections.getLocalPort();
    }

    /** {@code host:port} for clients. */
    public String connectString() {
        return host + ":" + port();
    }

    /** Ends a client's session as if it had been silent for too long. */
    public void expire(long sessionId) {
        server.closeSession(sessionId);
    }

    /** Stops serving; data stay. Sessions live on if a server starts on the same directory before they time out. */
    @Override
    public void close() {
        connections.shutdown();
        server.shutdown(true);
        connections.closeAll(org.apache.zookeeper.server.ServerCnxn.DisconnectReason.SERVER_SHUTDOWN);
        try {
            server.getZKDatabase().close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("closing ZooKeeper's data in " + host, e);
        }
    }
}
