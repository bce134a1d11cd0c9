package io.dlog.testing;

import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One ZooKeeper server for all tests of a JVM; each test takes a root of its own. Starts with the first use and ends with
 * the JVM. A test that stops or expires things starts its own {@link EmbeddedZooKeeper}.
 *
 * <p>Thread: safe, because the server starts with the class and the counter is atomic.
 */
public final class ZooKeeperForTests {
    private static final EmbeddedZooKeeper SERVER = start();
    private static final AtomicInteger ROOTS = new AtomicInteger();

    private ZooKeeperForTests() {}

    private static EmbeddedZooKeeper start() {
        try {
            return EmbeddedZooKeeper.start("127.0.0.1", 0, Files.createTempDirectory("zookeeper-for-tests"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code host:port} of the server. */
    public static String connectString() {
        return SERVER.connectString();
    }

    /** A new session with a timeout that no pause of the test reaches. */
    public static ZooKeeperSession connect() {
        try {
            return ZooKeeperSession.connect(connectString(), Duration.ofSeconds(30));
        } catch (MetadataException e) {
            throw new AssertionError("server of the tests does not answer", e);
        }
    }

    /** Ends a session as if its client had been silent for too long. */
    public static void expire(long sessionId) {
        SERVER.expire(sessionId);
    }

    /** A path that no other test uses; not created. */
    public static String freshRoot() {
        return "/test-" + ROOTS.incrementAndGet();
    }
}
