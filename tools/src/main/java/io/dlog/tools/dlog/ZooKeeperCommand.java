package io.dlog.tools.dlog;

import io.dlog.tools.console.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Runs one Apache ZooKeeper server in the foreground and says when it serves clients.
 *
 * <p>Thread: owned by its command; the server runs on a thread of its own and is only stopped from elsewhere.
 */
@Command(
        name = "zookeeper",
        description = "Run a ZooKeeper server in the foreground; SIGTERM stops it.",
        mixinStandardHelpOptions = true)
final class ZooKeeperCommand implements Callable<Integer> {
    private static final int POLL_MILLIS = 50;
    private static final int ANSWER_TIMEOUT_MILLIS = 1_000;

    @Parameters(paramLabel = "CONF", description = "ZooKeeper's settings, like conf/zookeeper.conf.template.")
    private Path conf = Path.of("");

    @Override
    public Integer call() throws Exception {
        if (!Files.isReadable(conf)) {
            throw new CommandException("no file " + conf + "; copy conf/zookeeper.conf.template and edit it");
        }
        QuorumPeerConfig config = new QuorumPeerConfig();
        try {
            config.parse(conf.toString());
        } catch (ConfigException wrong) {
            Throwable cause = wrong.getCause() == null ? wrong : wrong.getCause();
            throw new CommandException(conf + ": " + cause.getMessage(), wrong);
        }
        // Its HTTP server wants Jetty; /ping and friends are the other services' business.
        System.setProperty("zookeeper.admin.enableServer", "false");
        InetSocketAddress clients = config.getClientPortAddress();
        if (clients == null) {
            throw new CommandException(conf + ": no client port; set clientPort, or end the server.N line with ;2181");
        }
        checkIsFree(clients);
        new DatadirCleanupManager(
                        config.getDataDir(),
                        config.getDataLogDir(),
                        config.getSnapRetainCount(),
                        config.getPurgeInterval())
                .start();

        CountDownLatch ended = new CountDownLatch(1);
        FutureTask<Integer> server = new FutureTask<>(() -> serve(config, ended));
        Thread thread = new Thread(server, "zookeeper");
        thread.start();
        while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (serves(clients)) {
                System.out.println("zookeeper " + clients.getHostString() + ":" + clients.getPort() + " is ready");
                System.out.flush();
                break;
            }
        }
        try {
            return server.get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            throw new CommandException(
                    "ZooKeeper ended at " + clients + ": " + (cause == null ? failed : cause).getMessage(), failed);
        }
    }

    /** A server that has the port already would answer {@link #serves} in our place. */
    private void checkIsFree(InetSocketAddress clients) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(clients);
        } catch (IOException taken) {
            throw new CommandException(
                    "port " + clients.getPort() + " on " + clients.getHostString() + " can't be used: "
                            + taken.getMessage() + "; stop what listens there or change clientPort in " + conf,
                    taken);
        }
    }

    private static int serve(QuorumPeerConfig config, CountDownLatch ended) throws Exception {
        try {
            if (config.isDistributed()) {
                QuorumPeerMain peer = new QuorumPeerMain();
                Runtime.getRuntime().addShutdownHook(new Thread(peer::close, "zookeeper-shutdown"));
                peer.runFromConfig(config);
            } else {
                ServerConfig alone = new ServerConfig();
                alone.readFrom(config);
                ZooKeeperServerMain server = new ZooKeeperServerMain();
                Runtime.getRuntime().addShutdownHook(new Thread(server::close, "zookeeper-shutdown"));
                server.runFromConfig(alone);
            }
            return 0;
        } finally {
            ended.countDown();
        }
    }

    /** Whether the server answers {@code srvr} as one that serves clients. */
    private static boolean serves(InetSocketAddress clients) {
        InetAddress address =
                clients.getAddress() == null || clients.getAddress().isAnyLocalAddress()
                        ? InetAddress.getLoopbackAddress()
                        : clients.getAddress();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, clients.getPort()), ANSWER_TIMEOUT_MILLIS);
            socket.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            try (InputStream answer = socket.getInputStream()) {
                String text = new String(answer.readAllBytes(), StandardCharsets.US_ASCII);
                return text.contains("Mode:");
            }
        } catch (IOException notYet) {
            return false;
        }
    }
}
