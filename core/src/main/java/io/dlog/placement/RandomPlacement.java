package io.dlog.placement;

import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieRegistry;
import io.dlog.time.Randomness;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Any writable bookies, each as likely as the other; knows nothing of racks.
 *
 * <p>Thread: safe, because it keeps no state.
 */
public final class RandomPlacement implements EnsemblePlacement {
    private final BookieRegistry registry;
    private final Randomness randomness;

    public RandomPlacement(BookieRegistry registry, Randomness randomness) {
        this.registry = registry;
        this.randomness = randomness;
    }

    @Override
    public List<BookieId> newEnsemble(int ensembleSize, int writeQuorum, int ackQuorum, Set<BookieId> excluded)
            throws NotEnoughBookiesException {
        List<BookieId> candidates = candidates(List.of(), excluded);
        if (candidates.size() < ensembleSize) {
            throw new NotEnoughBookiesException("an ensemble needs " + ensembleSize + " writable bookies, there are "
                    + candidates.size() + beside(excluded));
        }
        List<BookieId> chosen = new ArrayList<>(ensembleSize);
        for (int i = 0; i < ensembleSize; i++) {
            chosen.add(takeAny(candidates));
        }
        return List.copyOf(chosen);
    }

    @Override
    public BookieId replace(BookieId failed, List<BookieId> ensemble, Set<BookieId> excluded)
            throws NotEnoughBookiesException {
        List<BookieId> candidates = candidates(ensemble, excluded);
        if (candidates.isEmpty()) {
            throw new NotEnoughBookiesException("to replace " + failed + " takes 1 writable bookie outside of "
                    + ensemble + ", there are 0 among " + registry.writable().size() + beside(excluded));
        }
        return takeAny(candidates);
    }

    /** Sorted, so that a seed decides the choice and not the order of a hash table. */
    private List<BookieId> candidates(Collection<BookieId> taken, Set<BookieId> excluded) {
        List<BookieId> candidates = new ArrayList<>(registry.writable());
        candidates.removeAll(excluded);
        candidates.removeAll(taken);
        candidates.sort(null);
        return candidates;
    }

    private BookieId takeAny(List<BookieId> candidates) {
        int last = candidates.size() - 1;
        int index = randomness.nextInt(candidates.size());
        BookieId chosen = candidates.get(index);
        candidates.set(index, candidates.get(last));
        candidates.remove(last);
        return chosen;
    }

    private static String beside(Set<BookieId> excluded) {
        return excluded.isEmpty() ? "" : " beside " + excluded.size() + " excluded";
    }
}
