package io.dlog.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What clients of one ledger did and saw, and whether that can be.
 *
 * <p>Thread: owned by the simulation's thread.
 */
public final class History {
    private final List<byte[]> submitted = new ArrayList<>();
    private long lastAcked = -1;
    private long highestLacSeen = -1;

    /** The writer hands in its next entry. */
    public void submit(byte[] payload) {
        submitted.add(payload.clone());
    }

    /** An add completed. */
    public void acked(long entryId) {
        check(entryId == lastAcked + 1, "entry " + entryId + " acknowledged after " + lastAcked);
        check(entryId < submitted.size(), "entry " + entryId + " acknowledged before it was handed in");
        lastAcked = entryId;
    }

    /** A reader learned a last add confirmed. */
    public void lacSeen(long before, long now, long closedAt) {
        check(now >= before, "last add confirmed went back from " + before + " to " + now);
        check(now <= Math.max(lastAcked, closedAt), "reader saw " + now + " confirmed, writer only " + lastAcked);
        highestLacSeen = Math.max(highestLacSeen, now);
    }

    /** A reader got an entry. */
    public void read(long entryId, byte[] payload) {
        check(
                entryId < submitted.size() && Arrays.equals(submitted.get((int) entryId), payload),
                "entry " + entryId + " was read with bytes that nobody wrote");
    }

    /** The ledger was closed. */
    public void closed(long lastEntryId, long length) {
        check(lastEntryId < submitted.size(), "closed at " + lastEntryId + " behind all entries");
        check(lastEntryId >= lastAcked, "closed at " + lastEntryId + " but " + lastAcked + " was acknowledged");
        check(lastEntryId >= highestLacSeen, "closed at " + lastEntryId + " but " + highestLacSeen + " was seen");
        check(
                length == lengthUpTo(lastEntryId),
                "closed with length " + length + " and last entry " + lastEntryId + ", of length "
                        + lengthUpTo(lastEntryId));
    }

    /** Highest acknowledged entry, -1 when none. */
    public long lastAcked() {
        return lastAcked;
    }

    /** Entries handed in. */
    public int submittedCount() {
        return submitted.size();
    }

    /** What was handed in. */
    public byte[] payload(long entryId) {
        return submitted.get((int) entryId).clone();
    }

    private long lengthUpTo(long entryId) {
        return submitted.subList(0, (int) entryId + 1).stream()
                .mapToLong(p -> p.length)
                .sum();
    }

    static void check(boolean holds, String violation) {
        if (!holds) {
            throw new AssertionError(violation);
        }
    }
}
