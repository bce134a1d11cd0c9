package io.dlog.proxyclient.zookeeper;

import io.dlog.proxyclient.transport.ServerSet;
import io.dlog.proxyclient.transport.ServerSetMember;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server set as ephemeral nodes.
 *
 * <pre>
 *   &lt;namespace&gt;/.write_proxy/member_0000000000      ephemeral, sequential; data: {@link ServerSetMemberFormat}
 * </pre>
 *
 * <p>One session for announcing and watching. After the session is lost members come back under the same name once
 * ZooKeeper is there again. Thread: safe, because Curator is and the watched members are a concurrent map.
 */
public final class ZooKeeperServerSet implements ServerSet {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperServerSet.class);

    private static final String MEMBER_PREFIX = "member_";

    /** Members kept at most; more are left out, with a warning. */
    static final int MEMBERS_MAX = 10_000;

    private final String servers;
    private final String path;
    private final Duration timeout;
    private final CuratorFramework curator;
    private final List<PersistentNode> announced = new ArrayList<>();
    private final List<CuratorCache> watches = new ArrayList<>();

    /**
     * Connects.
     *
     * @param servers ZooKeeper's {@code host:port[,host:port]}
     * @param path of the set, such as {@code /namespace/.write_proxy}; made when missing
     * @param sessionTimeout after which a dead member disappears
     * @param timeout for each answer of ZooKeeper, the first included
     * @throws IOException when ZooKeeper is not there
     */
    public static ZooKeeperServerSet open(String servers, String path, Duration sessionTimeout, Duration timeout)
            throws IOException {
        CuratorFramework curator = CuratorFrameworkFactory.builder()
                .connectString(servers)
                .sessionTimeoutMs((int) sessionTimeout.toMillis())
                .connectionTimeoutMs((int) timeout.toMillis())
                .retryPolicy(new BoundedExponentialBackoffRetry(100, 1000, 10))
                .dontUseContainerParents()
                .build();
        curator.start();
        try {
            if (!curator.blockUntilConnected((int) timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                curator.close();
                throw new IOException("ZooKeeper at " + servers + " does not answer");
            }
        } catch (InterruptedException e) {
            curator.close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to ZooKeeper at " + servers, e);
        }
        return new ZooKeeperServerSet(servers, path, timeout, curator);
    }

    private ZooKeeperServerSet(String servers, String path, Duration timeout, CuratorFramework curator) {
        this.servers = servers;
        this.path = path;
        this.timeout = timeout;
        this.curator = curator;
    }

    @Override
    public Announcement announce(ServerSetMember member) throws IOException {
        // Protection puts an id before the name, and then clients would not see a member in it.
        PersistentNode node = new PersistentNode(
                curator,
                CreateMode.EPHEMERAL_SEQUENTIAL,
                false,
                path + "/" + MEMBER_PREFIX,
                ServerSetMemberFormat.write(member));
        node.start();
        synchronized (announced) {
            announced.add(node);
        }
        try {
            if (!node.waitForInitialCreate(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                withdraw(node);
                throw new IOException("ZooKeeper at " + servers + " did not take a member of " + path);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            withdraw(node);
            throw new IOException("interrupted while announcing in " + path, e);
        }
        LOG.info(
                "announced node={} address={}",
                node.getActualPath(),
                member.service().text());
        return () -> withdraw(node);
    }

    private void withdraw(PersistentNode node) throws IOException {
        synchronized (announced) {
            if (!announced.remove(node)) {
                return;
            }
        }
        String actual = node.getActualPath();
        node.close();
        LOG.info("withdrew announcement node={}", actual);
    }

    @Override
    public void watch(Consumer<Set<ServerSetMember>> onChange) throws IOException {
        try {
            if (curator.checkExists().forPath(path) == null) {
                curator.createContainers(path);
            }
        } catch (Exception e) {
            throw new IOException("cannot watch " + path + " in ZooKeeper at " + servers, e);
        }
        CuratorCache cache = CuratorCache.build(curator, path);
        Members members = new Members(path + "/" + MEMBER_PREFIX, onChange);
        cache.listenable()
                .addListener(CuratorCacheListener.builder()
                        .forCreatesAndChanges((old, node) -> members.put(node))
                        .forDeletes(members::remove)
                        .forInitialized(members::initialized)
                        .build());
        cache.start();
        synchronized (watches) {
            watches.add(cache);
        }
    }

    @Override
    public void close() {
        List<PersistentNode> nodes;
        synchronized (announced) {
            nodes = List.copyOf(announced);
        }
        for (PersistentNode node : nodes) {
            try {
                withdraw(node);
            } catch (IOException e) {
                LOG.warn("announcement stays until its session ends node={}", node.getActualPath(), e);
            }
        }
        synchronized (watches) {
            watches.forEach(CuratorCache::close);
            watches.clear();
        }
        curator.close();
    }

    /** The members that one watch sees. Thread: safe; Curator calls from one thread at a time. */
    private static final class Members {
        private final String prefix;
        private final Consumer<Set<ServerSetMember>> onChange;
        private final Map<String, ServerSetMember> members = new ConcurrentHashMap<>();
        private volatile boolean complete;

        Members(String prefix, Consumer<Set<ServerSetMember>> onChange) {
            this.prefix = prefix;
            this.onChange = onChange;
        }

        void put(ChildData node) {
            if (!node.getPath().startsWith(prefix)) {
                return;
            }
            if (members.size() >= MEMBERS_MAX) {
                LOG.warn("server set is full, member left out node={} membersMax={}", node.getPath(), MEMBERS_MAX);
                return;
            }
            try {
                members.put(node.getPath(), ServerSetMemberFormat.read(node.getData()));
            } catch (IOException e) {
                members.remove(node.getPath());
                LOG.warn("malformed server set member skipped node={} reason={}", node.getPath(), e.getMessage());
            }
            publish();
        }

        void remove(ChildData node) {
            if (members.remove(node.getPath()) != null) {
                publish();
            }
        }

        void initialized() {
            complete = true;
            publish();
        }

        /** Nobody shall see a half of the first list. */
        private void publish() {
            if (complete) {
                onChange.accept(new HashSet<>(members.values()));
            }
        }
    }
}
