package io.dlog.client;

import io.dlog.ledger.BookieId;
import org.jspecify.annotations.Nullable;

/**
 * What one bookie had to say about one entry, digest verified.
 *
 * <p>Thread: immutable, apart from the entry's buffer, which whoever takes the answer owns.
 *
 * @param index the bookie's place in the ensemble
 * @param entry the entry exactly when found
 * @param maxLac highest last add confirmed the bookie knows of, {@code Long.MIN_VALUE} when it did not say
 * @param why status or failure, for messages
 */
record ReadAnswer(
        int index,
        BookieId bookie,
        Outcome outcome,
        @Nullable LedgerEntry entry,
        long maxLac,
        String why) {
    /** The kinds of answer; only the bookie itself can say that it does not hold an entry. */
    enum Outcome {
        FOUND,
        /** The bookie provably does not hold it. */
        ABSENT,
        UNAUTHORIZED,
        /** The bookie holds something that is not what the writer sealed. */
        DIGEST_MISMATCH,
        /** No answer in time. */
        TIMEOUT,
        /** Disk trouble, lost connection, overload, limbo: nothing is known, least of all that the entry is absent. */
        UNKNOWN
    }

    /** Found; then {@link #entry} is there. */
    boolean isFound() {
        return outcome == Outcome.FOUND;
    }

    /** The entry of an answer that {@link #isFound}. */
    LedgerEntry found() {
        LedgerEntry e = entry;
        if (e == null) {
            throw new AssertionError("no entry in " + this);
        }
        return e;
    }

    /** Lets an entry go that nobody wants. */
    void discard() {
        if (entry != null) {
            entry.close();
        }
    }
}
