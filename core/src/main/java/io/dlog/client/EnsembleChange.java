package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.client.MetadataChange.Agree;
import io.dlog.client.MetadataChange.Decision;
import io.dlog.client.MetadataChange.Refuse;
import io.dlog.client.MetadataChange.Write;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.ledger.LedgerState;
import io.dlog.placement.EnsemblePlacement;
import io.dlog.placement.NotEnoughBookiesException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plan that puts other bookies in the place of failed ones, as far as there are others.
 *
 * <pre>
 *   before      b0 b1 b2 b3    b1 and b3 failed, b4 is the only spare
 *   ensemble    b0 b4 b2 b3    from lac + 1 on
 *   replaced       *           index 1
 *   without              *     index 3: nobody to take its place, asked again later
 * </pre>
 *
 * <p>Thread: immutable.
 *
 * @param before ensemble to be changed
 * @param ensemble the same with other bookies at {@code replaced}
 * @param replaced indices whose bookie changes, as bits
 * @param without indices of failed bookies that nobody can replace now, as bits
 */
record EnsembleChange(List<BookieId> before, List<BookieId> ensemble, long replaced, long without) {
    /**
     * Chooses a bookie for each index that failed.
     *
     * @param failed index of each failed member and its bookie
     * @param suspects bookies that failed lately: chosen only when there is no other
     */
    static EnsembleChange plan(
            List<BookieId> before, Map<Integer, BookieId> failed, Set<BookieId> suspects, EnsemblePlacement placement) {
        List<BookieId> after = new ArrayList<>(before);
        Set<BookieId> excluded = new HashSet<>(failed.values());
        Set<BookieId> excludedAtFirst = new HashSet<>(excluded);
        excludedAtFirst.addAll(suspects);
        long replaced = 0;
        long without = 0;
        for (Map.Entry<Integer, BookieId> member : failed.entrySet()) {
            int index = member.getKey();
            BookieId chosen = choose(member.getValue(), after, excludedAtFirst, placement);
            if (chosen == null) {
                chosen = choose(member.getValue(), after, excluded, placement);
            }
            if (chosen == null) {
                without |= 1L << index;
            } else {
                after.set(index, chosen);
                replaced |= 1L << index;
            }
        }
        return new EnsembleChange(before, List.copyOf(after), replaced, without);
    }

    private static @Nullable BookieId choose(
            BookieId failed, List<BookieId> ensemble, Set<BookieId> excluded, EnsemblePlacement placement) {
        try {
            return placement.replace(failed, List.copyOf(ensemble), excluded);
        } catch (NotEnoughBookiesException nobodyLeft) {
            return null;
        }
    }

    /** What this plan makes of the metadata, in the hands of the ledger's writer. */
    Decision decide(LedgerMetadata current, long firstEntryId) {
        if (current.state() == LedgerState.CLOSED) {
            return new Refuse(new LedgerException(
                    Code.LEDGER_CLOSED,
                    "ledger " + current.ledgerId() + " was closed by another client at " + current.lastEntryId()));
        }
        if (current.state() == LedgerState.IN_RECOVERY) {
            return new Refuse(new LedgerException(
                    Code.LEDGER_FENCED, "ledger " + current.ledgerId() + " is being recovered by another client"));
        }
        if (current.lastFragment().firstEntryId() == firstEntryId
                && current.lastFragment().ensemble().equals(ensemble)) {
            return new Agree();
        }
        if (!current.lastFragment().ensemble().equals(before)) {
            return new Refuse(new LedgerException(
                    Code.METADATA_VERSION,
                    "another client changed the ensemble of open ledger " + current.ledgerId() + " to "
                            + current.lastFragment()));
        }
        return new Write(current.withEnsembleAt(firstEntryId, ensemble));
    }
}
