package io.dlog.metadata.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.testing.Golden;
import io.dlog.testing.LedgerMetadataStoreContract;
import io.dlog.testing.ZooKeeperForTests;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
final class LedgerMetadataNodesIT extends LedgerMetadataStoreContract {
    private ZooKeeperSession session = ZooKeeperForTests.connect();
    private final String root = ZooKeeperForTests.freshRoot() + "/ledgers";
    private LedgerMetadataNodes store = new LedgerMetadataNodes(session, root, LedgerLayout.HIERARCHICAL);

    @BeforeEach
    void format() throws Exception {
        get(new ClusterFormat(session, root).initNewCluster(LedgerLayout.HIERARCHICAL));
    }

    @AfterEach
    void close() {
        session.close();
    }

    @Override
    protected LedgerMetadataStore store() {
        return store;
    }

    @Test
    void readsLedgersThatApacheWroteAndLeavesOtherNodesAlone() throws Exception {
        for (String path : List.of("/00/0000/L0000", "/00/0000/L0005", "/000/0000/0781/8749/L3530")) {
            get(session.ensurePath(ZooKeeperSession.parentOf(root + path)));
            get(session.create(root + path, Golden.znode("/ledgers" + path), CreateMode.PERSISTENT));
        }
        get(session.ensurePath(root + "/idgen/ID-0000000000"));
        get(session.ensurePath(root + "/cookies/127.0.0.1:3181"));
        assertThat(get(store.list())).containsExactlyInAnyOrder(0L, 5L, 0x123456789AL);
        assertThat(get(store.read(0)).value().lastEntryId()).isEqualTo(1);
    }

    @Test
    void removesParentsThatADeletionLeavesEmpty() throws Exception {
        get(store.create(open(7, 1)));
        get(store.create(open(0x123456789AL, 2)));
        get(store.delete(7));
        get(store.delete(0x123456789AL));
        assertThat(get(session.children(root))).containsExactlyInAnyOrder("available", "LAYOUT", "INSTANCEID");
    }

    @Test
    void theLayoutNodeIsThatOfApache() throws Exception {
        assertThat(get(session.read(root + "/LAYOUT")).data()).isEqualTo(Golden.znode("/ledgers/LAYOUT"));
        assertThat(get(new LayoutNode(session, root).read())).isEqualTo(LedgerLayout.HIERARCHICAL);
    }

    @Test
    void givesOutIdsFromZeroAndGoesOnInTheLongRange() throws Exception {
        LedgerIdNodes ids = new LedgerIdNodes(session, root);
        assertThat(get(ids.allocate())).isEqualTo(0);
        assertThat(get(ids.allocate())).isEqualTo(1);
        get(session.ensurePath(root + "/idgen-long"));
        assertThat(get(ids.allocate())).isEqualTo(1L << 32);
        assertThat(get(ids.allocate())).isEqualTo((1L << 32) + 1);
    }
}
