package io.dlog.placement;

import io.dlog.ledger.BookieId;
import java.util.List;
import java.util.Set;

/**
 * Chooses the bookies that hold a ledger's entries.
 *
 * <p>Thread: safe.
 */
public interface EnsemblePlacement {
    /**
     * Bookies for a new ledger, in striping order, each once.
     *
     * @param ensembleSize how many
     * @param writeQuorum how many neighbours round the ring hold one entry
     * @param ackQuorum how many of those complete an add
     * @param excluded not these
     */
    List<BookieId> newEnsemble(int ensembleSize, int writeQuorum, int ackQuorum, Set<BookieId> excluded)
            throws NotEnoughBookiesException;

    /**
     * A bookie to stand in for one that failed.
     *
     * @param failed the one to be replaced
     * @param ensemble the bookies as they stand; none of them is chosen
     * @param excluded not these either
     */
    BookieId replace(BookieId failed, List<BookieId> ensemble, Set<BookieId> excluded) throws NotEnoughBookiesException;
}
