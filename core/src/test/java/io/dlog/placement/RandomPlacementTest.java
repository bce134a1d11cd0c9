package io.dlog.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.ledger.BookieId;
import io.dlog.testing.InMemoryBookieRegistry;
import io.dlog.testing.SimulatedRandomness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomPlacementTest {
    private final InMemoryBookieRegistry registry = new InMemoryBookieRegistry();
    private final RandomPlacement placement = new RandomPlacement(registry, new SimulatedRandomness(1));
    private final List<BookieId> bookies = new ArrayList<>();

    private void bookies(int count) {
        for (int i = 0; i < count; i++) {
            bookies.add(registry.add("bookie" + i, 3181));
        }
    }

    @Test
    void everyBookieComesUpAndNoneTwiceInOneEnsemble() throws Exception {
        bookies(5);
        Set<BookieId> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            List<BookieId> ensemble = placement.newEnsemble(3, 2, 2, Set.of());
            assertThat(ensemble).hasSize(3).doesNotHaveDuplicates();
            seen.addAll(ensemble);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(bookies);
    }

    @Test
    void leavesOutTheExcluded() throws Exception {
        bookies(4);
        for (int i = 0; i < 20; i++) {
            assertThat(placement.newEnsemble(3, 2, 2, Set.of(bookies.get(1)))).doesNotContain(bookies.get(1));
        }
    }

    @Test
    void saysHowManyBookiesThereAreAndHowManyAreNeeded() {
        bookies(2);
        assertThatThrownBy(() -> placement.newEnsemble(3, 2, 2, Set.of()))
                .isInstanceOf(NotEnoughBookiesException.class)
                .hasMessage("an ensemble needs 3 writable bookies, there are 2");
        assertThatThrownBy(() -> placement.newEnsemble(2, 2, 2, Set.of(bookies.get(0))))
                .hasMessage("an ensemble needs 2 writable bookies, there are 1 beside 1 excluded");
    }

    @Test
    void replacesByABookieOutsideOfTheEnsemble() throws Exception {
        bookies(4);
        List<BookieId> ensemble = bookies.subList(0, 3);
        assertThat(placement.replace(bookies.get(1), ensemble, Set.of())).isEqualTo(bookies.get(3));
        assertThatThrownBy(() -> placement.replace(bookies.get(1), ensemble, Set.of(bookies.get(3))))
                .isInstanceOf(NotEnoughBookiesException.class)
                .hasMessageContaining("there are 0 among 4");
    }
}
