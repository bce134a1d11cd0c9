package io.dlog.testing;

import io.dlog.log.segment.LogSegmentStore;

final class InMemoryLogSegmentStoreTest extends LogSegmentStoreContract {
    private final InMemoryLogSegmentStore store = new InMemoryLogSegmentStore();

    @Override
    protected LogSegmentStore store() {
        return store;
    }
}
