package io.dlog.ledger;

import java.util.List;

/**
 * A run of entries that one ensemble holds; Apache's metadata calls it a segment.
 *
 * <p>Thread: immutable.
 *
 * @param firstEntryId first entry of the run; the run ends before the next fragment's first entry
 * @param ensemble the bookies in striping order, each at most once
 */
public record LedgerFragment(long firstEntryId, List<BookieId> ensemble) {
    public LedgerFragment {
        ensemble = List.copyOf(ensemble);
        if (firstEntryId < 0) {
            throw new IllegalArgumentException("fragment starts at " + firstEntryId);
        }
    }
}
