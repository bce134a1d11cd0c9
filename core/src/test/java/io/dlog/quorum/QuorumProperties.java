package io.dlog.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Quorum arithmetic against models that count one by one. */
class QuorumProperties {
    @Provide
    Arbitrary<QuorumConfig> quorums() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.integers().between(0, 100),
                        Arbitraries.integers().between(0, 100))
                .as((e, w, a) -> {
                    int writeQuorum = 1 + w % e;
                    return new QuorumConfig(e, writeQuorum, 1 + a % writeQuorum);
                });
    }

    /** The rule as the protocol states it: members (entry + i) mod E for i below Qw. */
    private static List<Integer> holders(QuorumConfig quorum, long entryId) {
        List<Integer> members = new ArrayList<>();
        for (int i = 0; i < quorum.writeQuorum(); i++) {
            members.add((int) ((entryId + i) % quorum.ensembleSize()));
        }
        return members;
    }

    @Property
    void aWriteSetIsTheNextNeighboursRoundTheRing(
            @ForAll("quorums") QuorumConfig quorum, @ForAll @LongRange(min = 0) long entryId) {
        long entry = entryId % (Long.MAX_VALUE - 100);
        WriteSet writeSet = quorum.writeSet(entry);
        List<Integer> expected = holders(quorum, entry);
        long bits = 0;
        for (int i = 0; i < writeSet.size(); i++) {
            assertThat(writeSet.member(i)).isEqualTo(expected.get(i));
            bits |= 1L << expected.get(i);
        }
        assertThat(writeSet.bits()).isEqualTo(bits);
        for (int index = 0; index < quorum.ensembleSize(); index++) {
            assertThat(writeSet.contains(index)).isEqualTo(expected.contains(index));
        }
    }

    @Property
    void anEntryIsCompleteWhenSoManyDistinctMembersHoldIt(
            @ForAll("quorums") QuorumConfig quorum,
            @ForAll @LongRange(min = 0, max = 1000) long entryId,
            @ForAll List<Boolean> steps) {
        WriteSet writeSet = quorum.writeSet(entryId);
        AckSet acks = new AckSet(writeSet, quorum.ackQuorum());
        Set<Integer> model = new HashSet<>();
        int next = 0;
        for (boolean isAck : steps) {
            int index = writeSet.member(next++ * 5 % writeSet.size());
            if (isAck) {
                acks.ack(index);
                model.add(index);
            } else {
                acks.withdraw(index);
                model.remove(index);
            }
            assertThat(acks.isAcked(index)).isEqualTo(isAck);
            assertThat(acks.isComplete()).isEqualTo(model.size() >= quorum.ackQuorum());
        }
    }

    @Property
    void coveredMeansThatNoEntryCanHaveAnAckQuorumAmongTheOthers(
            @ForAll("quorums") QuorumConfig quorum, @ForAll @LongRange(min = 0, max = 127) long answeredBits) {
        Coverage coverage = new Coverage(quorum);
        Coverage failing = new Coverage(quorum);
        Set<Integer> silent = new HashSet<>();
        for (int index = 0; index < quorum.ensembleSize(); index++) {
            if ((answeredBits & 1L << index) != 0) {
                coverage.answered(index);
            } else {
                silent.add(index);
                failing.failed(index);
            }
        }
        boolean someEntryMayHide = false;
        for (long entry = 0; entry < quorum.ensembleSize(); entry++) {
            long unknown =
                    holders(quorum, entry).stream().filter(silent::contains).count();
            someEntryMayHide |= unknown >= quorum.ackQuorum();
        }
        assertThat(coverage.isCovered()).isEqualTo(!someEntryMayHide);
        assertThat(failing.isHopeless()).isEqualTo(someEntryMayHide);
    }

    @Property
    void absencesProveThatTooFewCopiesAreLeft(@ForAll("quorums") QuorumConfig quorum) {
        int absences = quorum.absencesThatProveUnacknowledged();
        assertThat(quorum.writeQuorum() - absences).isLessThan(quorum.ackQuorum());
        assertThat(quorum.writeQuorum() - (absences - 1)).isGreaterThanOrEqualTo(quorum.ackQuorum());
    }
}
