package io.dlog.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.testing.StoreFaults.Fault;
import org.junit.jupiter.api.Test;

final class InMemoryLedgerMetadataStoreTest extends LedgerMetadataStoreContract {
    private final StoreFaults faults = new StoreFaults();
    private final InMemoryLedgerMetadataStore store = new InMemoryLedgerMetadataStore(Runnable::run, faults);

    @Override
    protected LedgerMetadataStore store() {
        return store;
    }

    @Test
    void aLostRequestChangesNothingAndALostReplyHidesTheChange() {
        faults.plan(Fault.REQUEST_LOST, Fault.NONE, Fault.REPLY_LOST);
        assertThatThrownBy(() -> get(store.create(open(1, 7)))).hasMessageContaining("did not answer");
        assertThatThrownBy(() -> get(store.read(1))).hasMessageContaining("no ledger 1");
        assertThatThrownBy(() -> get(store.create(open(1, 7)))).hasMessageContaining("did not answer");
        assertThat(store.peek(1)).isNotNull();
    }
}
