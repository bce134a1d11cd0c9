package io.dlog.proxyclient.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import io.dlog.proxyclient.transport.ServerSet;
import io.dlog.proxyclient.transport.ServerSetMember;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server set against a real ZooKeeper. */
@Tag("integration")
class ZooKeeperServerSetTest {
    private static final String PATH = "/messaging/ns/.write_proxy";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private EmbeddedZooKeeper zooKeeper;
    private CuratorFramework observer;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        zooKeeper = EmbeddedZooKeeper.start("127.0.0.1", 0, directory);
        observer = CuratorFrameworkFactory.newClient(zooKeeper.connectString(), new RetryOneTime(100));
        observer.start();
    }

    @AfterEach
    void stop() {
        observer.close();
        zooKeeper.close();
    }

    private ServerSet open() throws IOException {
        return ZooKeeperServerSet.open(zooKeeper.connectString(), PATH, Duration.ofSeconds(2), TIMEOUT);
    }

    private static Set<ServerSetMember> await(
            BlockingQueue<Set<ServerSetMember>> changes, Set<ServerSetMember> expected) throws Exception {
        Set<ServerSetMember> last = changes.poll(20, TimeUnit.SECONDS);
        while (last != null && !last.equals(expected)) {
            last = changes.poll(20, TimeUnit.SECONDS);
        }
        return last;
    }

    @Test
    void aMemberIsANodeWithTheBytesThatClientsExpect() throws Exception {
        try (ServerSet serverSet = open()) {
            serverSet.announce(ServerSetMember.ofProxy("127.0.0.1", 4181, 20001, 7));

            assertThat(observer.getChildren().forPath(PATH)).containsExactly("member_0000000000");
            Stat stat = new Stat();
            byte[] data = observer.getData().storingStatIn(stat).forPath(PATH + "/member_0000000000");
            assertThat(new String(data, StandardCharsets.UTF_8))
                    .isEqualTo("{\"serviceEndpoint\":{\"host\":\"127.0.0.1\",\"port\":4181},"
                            + "\"additionalEndpoints\":{"
                            + "\"aurora\":{\"host\":\"127.0.0.1\",\"port\":20001},"
                            + "\"service\":{\"host\":\"127.0.0.1\",\"port\":4181},"
                            + "\"stats\":{\"host\":\"127.0.0.1\",\"port\":20001},"
                            + "\"thrift\":{\"host\":\"127.0.0.1\",\"port\":4181}},"
                            + "\"status\":\"ALIVE\",\"shard\":7}");
            assertThat(stat.getEphemeralOwner()).isNotZero();
        }
        assertThat(observer.getChildren().forPath(PATH)).isEmpty();
    }

    @Test
    void withdrawingRemovesTheNodeAtOnce() throws Exception {
        try (ServerSet serverSet = open()) {
            ServerSet.Announcement announcement =
                    serverSet.announce(ServerSetMember.ofProxy("127.0.0.1", 4181, 20001, 7));
            announcement.withdraw();

            assertThat(observer.getChildren().forPath(PATH)).isEmpty();
        }
    }

    @Test
    void watchersSeeMembersComeAndGoAndSkipMalformedOnes() throws Exception {
        ServerSetMember first = ServerSetMember.ofProxy("127.0.0.1", 4181, 20001, 1);
        ServerSetMember second = ServerSetMember.ofProxy("127.0.0.1", 4182, 20002, 1);
        BlockingQueue<Set<ServerSetMember>> changes = new LinkedBlockingQueue<>();
        observer.create().creatingParentsIfNeeded().forPath(PATH + "/member_0000000099", new byte[] {'{'});
        observer.create().forPath(PATH + "/member_0000000098", new byte[0]);
        try (ServerSet serverSet = open();
                ServerSet watcher = open()) {
            serverSet.announce(first);
            watcher.watch(changes::add);
            assertThat(await(changes, Set.of(first))).isEqualTo(Set.of(first));

            ServerSet.Announcement announcement = serverSet.announce(second);
            assertThat(await(changes, Set.of(first, second))).isEqualTo(Set.of(first, second));

            announcement.withdraw();
            assertThat(await(changes, Set.of(first))).isEqualTo(Set.of(first));
        }
    }

    @Test
    void aMemberComesBackAfterItsSessionWasLost() throws Exception {
        ServerSetMember member = ServerSetMember.ofProxy("127.0.0.1", 4181, 20001, 1);
        BlockingQueue<Set<ServerSetMember>> changes = new LinkedBlockingQueue<>();
        try (ServerSet serverSet = open();
                ServerSet watcher = open()) {
            watcher.watch(changes::add);
            serverSet.announce(member);
            assertThat(await(changes, Set.of(member))).isEqualTo(Set.of(member));
            List<String> nodes = observer.getChildren().forPath(PATH);
            long session =
                    observer.checkExists().forPath(PATH + "/" + nodes.get(0)).getEphemeralOwner();

            zooKeeper.expire(session);

            assertThat(await(changes, Set.of())).isEqualTo(Set.of());
            assertThat(await(changes, Set.of(member))).isEqualTo(Set.of(member));
        }
    }

    @Test
    void anAbsentZooKeeperIsAnErrorThatNamesIt() {
        String servers = zooKeeper.connectString();
        zooKeeper.close();

        assertThatThrownBy(() -> ZooKeeperServerSet.open(servers, PATH, Duration.ofSeconds(2), Duration.ofMillis(500)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(servers);
    }
}
