package io.dlog.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata store says about a ledger. A change makes a new value; compare-and-set decides which one counts.
 *
 * <p>Invariants, checked at construction: ack quorum ≤ write quorum ≤ ensemble size; each fragment has ensemble size
 * bookies; fragments' first entries increase; last entry and length are fixed exactly when the ledger is closed.
 *
 * <p>Thread: immutable. Source: facts of Apache BookKeeper's LedgerMetadataFormat.
 *
 * @param ledgerId the ledger
 * @param ensembleSize E, bookies per fragment
 * @param writeQuorum Qw, copies of each entry
 * @param ackQuorum Qa, acknowledgements that complete an add
 * @param state how far its life has gone
 * @param lastEntryId last entry of a closed ledger, {@link #NO_ENTRY} when empty or not closed
 * @param length data bytes of a closed ledger, 0 when not closed
 * @param fragments in order of first entry, at least one
 * @param digestType how entries are checked; null in metadata of format 1
 * @param password secret of writers and fencers; null in metadata of format 1
 * @param ctimeMillis creation time, -1 when not stored
 * @param cToken random token by which a creator knows its own node after a lost reply, 0 when not stored
 * @param customMetadata the application's
 * @param formatVersion 1, 2 or 3: in which form it was read and is written
 */
public record LedgerMetadata(
        long ledgerId,
        int ensembleSize,
        int writeQuorum,
        int ackQuorum,
        LedgerState state,
        long lastEntryId,
        long length,
        List<LedgerFragment> fragments,
        @Nullable DigestType digestType,
        byte @Nullable [] password,
        long ctimeMillis,
        long cToken,
        Map<String, byte[]> customMetadata,
        int formatVersion) {
    /** The entry id that stands for "none yet". */
    public static final long NO_ENTRY = -1;

    /** The format written unless asked otherwise. */
    public static final int CURRENT_FORMAT = 3;

    public LedgerMetadata {
        fragments = List.copyOf(fragments);
        customMetadata = Map.copyOf(customMetadata);
        check(ackQuorum >= 1 && ackQuorum <= writeQuorum && writeQuorum <= ensembleSize, "quorums", ledgerId);
        check(!fragments.isEmpty(), "no fragments", ledgerId);
        long previous = NO_ENTRY;
        for (LedgerFragment fragment : fragments) {
            check(fragment.ensemble().size() == ensembleSize, "ensemble size", ledgerId);
            check(fragment.firstEntryId() > previous, "fragment order", ledgerId);
            previous = fragment.firstEntryId();
        }
        check(formatVersion >= 1 && formatVersion <= CURRENT_FORMAT, "format version", ledgerId);
    }

    private static void check(boolean holds, String what, long ledgerId) {
        if (!holds) {
            throw new IllegalArgumentException("bad metadata of ledger " + ledgerId + ": " + what);
        }
    }

    /** A new, open ledger. */
    public static LedgerMetadata open(
            long ledgerId,
            int writeQuorum,
            int ackQuorum,
            List<BookieId> ensemble,
            DigestType digestType,
            byte[] password,
            long cToken,
            Map<String, byte[]> customMetadata) {
        return new LedgerMetadata(
                ledgerId,
                ensemble.size(),
                writeQuorum,
                ackQuorum,
                LedgerState.OPEN,
                NO_ENTRY,
                0,
                List.of(new LedgerFragment(0, ensemble)),
                digestType,
                password,
                -1,
                cToken,
                customMetadata,
                CURRENT_FORMAT);
    }

    /** Whether last entry and length are fixed. */
    public boolean isClosed() {
        return state == LedgerState.CLOSED;
    }

    /** The fragment that takes new entries. */
    public LedgerFragment lastFragment() {
        return fragments.get(fragments.size() - 1);
    }

    /** The fragment that holds {@code entryId}, or would hold it. */
    public LedgerFragment fragmentOf(long entryId) {
        for (int i = fragments.size() - 1; i > 0; i--) {
            if (fragments.get(i).firstEntryId() <= entryId) {
                return fragments.get(i);
            }
        }
        return fragments.get(0);
    }

    /** Length in data bytes of a closed ledger. */
    public Optional<Long> closedLength() {
        return isClosed() ? Optional.of(length) : Optional.empty();
    }

    /** The same ledger, being recovered. */
    public LedgerMetadata inRecovery() {
        return with(LedgerState.IN_RECOVERY, NO_ENTRY, 0, fragments);
    }

    /** The same ledger, closed. */
    public LedgerMetadata closedAt(long lastEntry, long lengthBytes) {
        return with(LedgerState.CLOSED, lastEntry, lengthBytes, fragments);
    }

    /** The same ledger, whose entries from {@code firstEntryId} on go to another ensemble. */
    public LedgerMetadata withEnsembleAt(long firstEntryId, List<BookieId> ensemble) {
        List<LedgerFragment> changed = new ArrayList<>(fragments);
        if (lastFragment().firstEntryId() == firstEntryId) {
            changed.remove(changed.size() - 1);
        }
        changed.add(new LedgerFragment(firstEntryId, ensemble));
        return with(state, lastEntryId, length, changed);
    }

    private LedgerMetadata with(
            LedgerState newState, long lastEntry, long lengthBytes, List<LedgerFragment> newFragments) {
        return new LedgerMetadata(
                ledgerId,
                ensembleSize,
                writeQuorum,
                ackQuorum,
                newState,
                lastEntry,
                lengthBytes,
                newFragments,
                digestType,
                password,
                ctimeMillis,
                0,
                customMetadata,
                formatVersion);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof LedgerMetadata m
                && ledgerId == m.ledgerId
                && ensembleSize == m.ensembleSize
                && writeQuorum == m.writeQuorum
                && ackQuorum == m.ackQuorum
                && state == m.state
                && lastEntryId == m.lastEntryId
                && length == m.length
                && fragments.equals(m.fragments)
                && digestType == m.digestType
                && Arrays.equals(password, m.password)
                && ctimeMillis == m.ctimeMillis
                && cToken == m.cToken
                && sameCustomMetadata(m)
                && formatVersion == m.formatVersion;
    }

    private boolean sameCustomMetadata(LedgerMetadata m) {
        return customMetadata.keySet().equals(m.customMetadata.keySet())
                && customMetadata.entrySet().stream()
                        .allMatch(e -> Arrays.equals(e.getValue(), m.customMetadata.get(e.getKey())));
    }

    @Override
    public int hashCode() {
        return Objects.hash(ledgerId, state, lastEntryId, length, fragments);
    }
}
