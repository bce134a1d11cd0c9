package io.dlog.quorum;

/**
 * Whether enough of an ensemble has answered that no acknowledged entry can hide among those that have not.
 *
 * <pre>
 *   E = 3, Qw = 2, Qa = 2      b0 b1 b2
 *   answered                    x     x     every two neighbours miss fewer than Qa = 2: covered
 *   answered                    x           b1 b2 miss both: an entry on them may be unknown, not covered
 * </pre>
 *
 * <p>An entry that was acknowledged has Qa durable copies in its write set. If fewer than Qa members of each possible write
 * set have not answered, at least one member that holds the entry has. After a fence the same sentence reads: no write set
 * has Qa members left that would take an add.
 *
 * <p>Thread: owned by the ledger's lane. Source: BookKeeper replication protocol, "quorum coverage".
 */
public final class Coverage {
    private final QuorumConfig quorum;
    private long answered;
    private long failed;

    public Coverage(QuorumConfig quorum) {
        this.quorum = quorum;
    }

    /** The member answered, be it that it holds nothing. */
    public void answered(int index) {
        answered |= 1L << index;
        failed &= ~(1L << index);
    }

    /** The member gave no usable answer: nothing is known about what it holds. */
    public void failed(int index) {
        if (!hasAnswered(index)) {
            failed |= 1L << index;
        }
    }

    /** Whether the member has answered. */
    public boolean hasAnswered(int index) {
        return (answered & 1L << index) != 0;
    }

    /** Whether enough have answered. */
    public boolean isCovered() {
        return mostMissing(~answered) < quorum.ackQuorum();
    }

    /** Whether so many failed that the others cannot make it covered any more. */
    public boolean isHopeless() {
        return mostMissing(failed) >= quorum.ackQuorum();
    }

    /** The largest number of members of one write set that are in {@code missing}. */
    private int mostMissing(long missing) {
        int most = 0;
        for (int first = 0; first < quorum.ensembleSize(); first++) {
            long window = new WriteSet(first, quorum.writeQuorum(), quorum.ensembleSize()).bits();
            most = Math.max(most, Long.bitCount(window & missing));
        }
        return most;
    }

    @Override
    public String toString() {
        return "Coverage[" + quorum + " answered=" + Long.toBinaryString(answered) + " failed="
                + Long.toBinaryString(failed) + "]";
    }
}
