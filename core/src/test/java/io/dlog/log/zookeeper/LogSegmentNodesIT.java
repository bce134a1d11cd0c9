package io.dlog.log.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.LogExistsException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.namespace.NamespaceBinding;
import io.dlog.log.segment.LogSegmentMetadata;
import io.dlog.log.segment.LogSegmentStore;
import io.dlog.log.segment.LogSegmentStore.Counters;
import io.dlog.log.zookeeper.NamespaceBindingNodes.MissingNode;
import io.dlog.metadata.zookeeper.ZNode;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.testing.LogSegmentStoreContract;
import io.dlog.testing.ZooKeeperForTests;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
final class LogSegmentNodesIT extends LogSegmentStoreContract {
    private final ZooKeeperSession session = ZooKeeperForTests.connect();
    private final String namespace = ZooKeeperForTests.freshRoot() + "/ns";
    private final LogCatalogNodes catalog = new LogCatalogNodes(session, namespace);
    private final String content = LogCatalogNodes.contentPath(namespace, "basic-stream");
    private final LogSegmentNodes store = new LogSegmentNodes(session, "basic-stream", content);

    @BeforeEach
    void createLog() throws Exception {
        get(catalog.create("basic-stream"));
    }

    @AfterEach
    void close() {
        session.close();
    }

    @Override
    protected LogSegmentStore store() {
        return store;
    }

    private String text(String path) throws Exception {
        return new String(get(session.read(path)).data(), StandardCharsets.UTF_8);
    }

    @Test
    void aNewLogHasTheNodesOfTheOriginal() throws Exception {
        assertThat(get(session.children(content)))
                .containsExactlyInAnyOrder("version", "maxtxid", "ledgers", "lock", "readLock", "allocation");
        assertThat(get(session.read(content + "/version")).data()).containsExactly(-1, -1, -1, -1);
        assertThat(text(content + "/maxtxid")).isEqualTo("0");
        assertThat(text(content + "/ledgers")).isEqualTo("0");
        assertThat(text(content + "/allocation")).isEmpty();
        assertThat(text(namespace + "/basic-stream")).isEmpty();
    }

    @Test
    void theNodesOfSegmentsAreThoseOfTheOriginal() throws Exception {
        Counters started = get(store.start(inProgress(1, 0), get(store.counters())));
        assertThat(text(content + "/ledgers/inprogress_000000000000000001")).isEqualTo("5;0;100;1;0;0;-1");
        LogSegmentMetadata done = completed(inProgress(1, 0), 1003, Truncation.ACTIVE, 0);
        get(store.complete(inProgress(1, 0), done, started));
        String path = content + "/ledgers/logrecs_000000000000000001";
        assertThat(text(path)).isEqualTo("12884901893;0;100;1003;1700000000000;1;4;0;0;0;0");
        assertThat(text(content + "/maxtxid")).isEqualTo("1003");
        get(store.update(done, completed(inProgress(1, 0), 1003, Truncation.PARTIALLY_TRUNCATED, 2)));
        ZNode rewritten = get(session.read(path));
        assertThat(rewritten.version()).isZero();
        assertThat(new String(rewritten.data(), StandardCharsets.UTF_8))
                .isEqualTo("12884902149;0;100;1003;1700000000000;1;4;0;2;0;0");
    }

    @Test
    void logsAreCreatedOnceListedWithoutReservedNamesAndDeleted() throws Exception {
        assertThatThrownBy(() -> get(catalog.create("basic-stream")))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LogExistsException.class);
        get(catalog.create("group/a"));
        get(catalog.create("group"));
        get(catalog.create("basic-stream/below"));
        get(session.ensurePath(namespace + "/.write_proxy/member_0000000000"));
        assertThat(get(catalog.list())).containsExactly("basic-stream", "basic-stream/below", "group", "group/a");
        get(store.start(inProgress(1, 0), get(store.counters())));
        get(catalog.delete("basic-stream"));
        assertThat(get(catalog.exists("basic-stream"))).isFalse();
        assertThat(get(catalog.exists("basic-stream/below"))).isTrue();
        assertThatThrownBy(() -> get(catalog.delete("basic-stream"))).hasCauseInstanceOf(LogNotFoundException.class);
        assertThatThrownBy(() -> get(store.counters())).hasCauseInstanceOf(LogNotFoundException.class);
        get(catalog.delete("basic-stream/below"));
        assertThat(get(catalog.list())).containsExactly("group", "group/a");
        get(catalog.create("basic-stream"));
    }

    @Test
    void theNearestBindingHoldsAndALogMayHaveItsOwn() throws Exception {
        NamespaceBindingNodes bindings = new NamespaceBindingNodes(session);
        NamespaceBinding first = binding("/first");
        NamespaceBinding second = binding("/second");
        assertThat(get(catalog.binding())).isEmpty();
        String above = ZooKeeperSession.parentOf(namespace);
        get(bindings.bind(above, first, MissingNode.REFUSE));
        assertThat(get(catalog.binding())).contains(first);
        assertThat(get(bindings.own(namespace))).isEmpty();
        get(bindings.bind(namespace + "/basic-stream", second, MissingNode.REFUSE));
        assertThat(get(catalog.bindingOf("basic-stream"))).contains(second);
        assertThat(get(catalog.bindingOf("basic-stream/below"))).contains(second);
        assertThat(get(catalog.bindingOf("other"))).contains(first);
        get(bindings.unbind(namespace + "/basic-stream"));
        assertThat(get(catalog.bindingOf("basic-stream"))).contains(first);
        assertThatThrownBy(() -> get(bindings.bind(namespace + "/x/y", first, MissingNode.REFUSE)))
                .hasMessageContaining("-c");
        get(bindings.bind(namespace + "/x/y", first, MissingNode.CREATE));
        assertThat(get(bindings.own(namespace + "/x/y"))).contains(first);
    }

    private static NamespaceBinding binding(String ledgers) {
        return new NamespaceBinding("a:1", ledgers, true, false, "a:1", "a:1", "a:1", null, null, null);
    }
}
