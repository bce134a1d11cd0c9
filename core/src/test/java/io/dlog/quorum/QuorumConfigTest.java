package io.dlog.quorum;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class QuorumConfigTest {
    @Test
    void refusesSizesThatContradictEachOther() {
        assertThatThrownBy(() -> new QuorumConfig(3, 2, 0)).hasMessageContaining("got 0/2/3");
        assertThatThrownBy(() -> new QuorumConfig(3, 2, 3)).hasMessageContaining("got 3/2/3");
        assertThatThrownBy(() -> new QuorumConfig(2, 3, 2)).hasMessageContaining("got 2/3/2");
        assertThatThrownBy(() -> new QuorumConfig(64, 3, 2)).hasMessageContaining("<= 63");
    }

    @Test
    void aMemberOutsideOfTheWriteSetCannotAcknowledge() {
        AckSet acks = new AckSet(new QuorumConfig(5, 3, 2).writeSet(7), 2);
        assertThatThrownBy(() -> acks.ack(0)).isInstanceOf(AssertionError.class).hasMessageContaining("member 0");
    }
}
