package io.dlog.quorum;

/**
 * The three sizes that decide where entries go and when they are safe.
 *
 * <pre>
 *   E  = 5   b0 b1 b2 b3 b4     bookies a ledger is striped over
 *   Qw = 3         x  x  x      copies of one entry, on neighbours round the ring
 *   Qa = 2         x     x      durable copies that complete an add
 * </pre>
 *
 * <p>Thread: immutable. Source: BookKeeper replication protocol.
 *
 * @param ensembleSize E
 * @param writeQuorum Qw
 * @param ackQuorum Qa
 */
public record QuorumConfig(int ensembleSize, int writeQuorum, int ackQuorum) {
    /** Largest ensemble: sets of members are bits of one long. */
    public static final int ENSEMBLE_SIZE_MAX = 63;

    public QuorumConfig {
        if (ackQuorum < 1
                || ackQuorum > writeQuorum
                || writeQuorum > ensembleSize
                || ensembleSize > ENSEMBLE_SIZE_MAX) {
            throw new IllegalArgumentException("need 1 <= ack quorum <= write quorum <= ensemble size <= "
                    + ENSEMBLE_SIZE_MAX + ", got " + ackQuorum + "/" + writeQuorum + "/" + ensembleSize);
        }
    }

    /** The members that hold {@code entryId}. */
    public WriteSet writeSet(long entryId) {
        return new WriteSet((int) (entryId % ensembleSize), writeQuorum, ensembleSize);
    }

    /**
     * How many members of a write set must say "not there" before an entry can't have been acknowledged: with that many
     * copies missing, fewer than Qa are left.
     *
     * <pre>
     *   Qw = 3, Qa = 2    - - ?     two absent: at most one copy, never acknowledged
     *                     - ? ?     one absent: two copies may exist, nothing is known
     * </pre>
     */
    public int absencesThatProveUnacknowledged() {
        return writeQuorum - ackQuorum + 1;
    }
}
