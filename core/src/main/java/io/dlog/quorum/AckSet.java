package io.dlog.quorum;

/**
 * The bookies of one write set that have acknowledged one entry.
 *
 * <pre>
 *   ensemble, E = 5   b0 b1 b2 b3 b4
 *   entry 7, Qw = 3         x  x  x     write set starts at 7 mod 5 = 2
 *   acks,    Qa = 2         x     x     complete
 * </pre>
 *
 * <p>Invariant: an acknowledgement from a bookie that has since been replaced does not count; whoever replaces a member
 * calls {@link #withdraw}.
 *
 * <p>Thread: owned by the ledger's lane. Source: BookKeeper replication protocol, "ack quorum".
 */
public final class AckSet {
    private final WriteSet writeSet;
    private final int ackQuorum;
    private long acked;

    public AckSet(WriteSet writeSet, int ackQuorum) {
        this.writeSet = writeSet;
        this.ackQuorum = ackQuorum;
    }

    /** Counts the member at this ensemble index, once. */
    public void ack(int index) {
        if (!writeSet.contains(index)) {
            throw new AssertionError("member " + index + " is not in " + writeSet);
        }
        acked |= 1L << index;
    }

    /** Takes a member's acknowledgement back, because another bookie stands there now. */
    public void withdraw(int index) {
        acked &= ~(1L << index);
    }

    /** Whether the member at this ensemble index has acknowledged. */
    public boolean isAcked(int index) {
        return (acked & 1L << index) != 0;
    }

    /** Whether an ack quorum has acknowledged. */
    public boolean isComplete() {
        return Long.bitCount(acked) >= ackQuorum;
    }

    @Override
    public String toString() {
        return "AckSet[" + writeSet + " acked=" + Long.toBinaryString(acked) + "]";
    }
}
