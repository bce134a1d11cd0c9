package io.dlog.log.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.concurrent.ThreadScheduler;
import io.dlog.log.lock.WriteLock;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.testing.WriteLockContract;
import io.dlog.testing.ZooKeeperForTests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
final class WriteLockNodesIT extends WriteLockContract {
    private final ThreadScheduler scheduler = new ThreadScheduler("test", 2);
    private final List<ZooKeeperSession> sessions = List.of(ZooKeeperForTests.connect(), ZooKeeperForTests.connect());
    private final String path = ZooKeeperForTests.freshRoot() + "/lock";

    @BeforeEach
    void createLockNode() throws Exception {
        get(sessions.get(0).ensurePath(path));
    }

    @AfterEach
    void close() {
        sessions.forEach(ZooKeeperSession::close);
        scheduler.close();
    }

    @Override
    protected WriteLock lock(String clientId, int session) {
        return new WriteLockNodes(sessions.get(session), scheduler.lane(session), path, "log", clientId);
    }

    @Override
    protected void expire(int session) {
        ZooKeeperForTests.expire(sessions.get(session).sessionId());
    }

    @Test
    void theNodeIsThatOfTheOriginal() throws Exception {
        WriteLock lock = lock("1;1;127.0.0.1:4181", 0);
        get(lock.acquire(Duration.ZERO));
        String name = "member_1%3B1%3B127.0.0.1%3A4181_s" + sessions.get(0).sessionId() + "_0000000000";
        assertThat(get(sessions.get(0).children(path))).containsExactly(name);
        assertThat(get(sessions.get(0).read(path + "/" + name)).data())
                .isEqualTo("1;1;127.0.0.1:4181".getBytes(StandardCharsets.UTF_8));
        get(lock.release());
        assertThat(get(sessions.get(0).children(path))).isEmpty();
        assertThat(WriteLockNodes.memberPrefix("a", 12)).isEqualTo("member_a_s        12_");
    }

    @Test
    void aLockWhoseNodeSomebodyRemovesIsLost() throws Exception {
        WriteLock lock = lock("first", 0);
        CompletableFuture<Void> lost = new CompletableFuture<>();
        lock.onLost(() -> lost.complete(null));
        get(lock.acquire(Duration.ZERO));
        get(sessions.get(1).deleteRecursively(path));
        get(lost);
        assertThat(lock.isHeld()).isFalse();
    }
}
