package io.dlog.bookie.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.ClusterSimulation;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Production clients and production bookies in simulated clusters. To replay a seed: {@code -Ddlog.simulation.seed=N}; to run
 * more of them: {@code -Ddlog.simulation.seeds=N}, from {@code -Ddlog.simulation.first=N} on.
 */
@Tag("simulation")
class ClusterSimulationTest {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterSimulationTest.class);
    private static final long FIRST_SEED = Long.getLong("dlog.simulation.first", 1);
    private static final int SEEDS = Integer.getInteger("dlog.simulation.seeds", 300);
    private static final int SEEDS_FOR_A_FLAW = 300;

    @Test
    void noSeedBreaksAPromise() {
        Long only = Long.getLong("dlog.simulation.seed");
        if (only != null) {
            run(only);
            return;
        }
        long acked = 0;
        long reads = 0;
        long recoveries = 0;
        long changes = 0;
        long events = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            ClusterSimulation.Summary summary = run(seed);
            acked += summary.acked();
            reads += summary.reads();
            recoveries += summary.recoveries();
            changes += Math.max(0, summary.fragments() - 1);
            events += summary.events();
        }
        LOG.info(
                "simulated first={} seeds={} acked={} reads={} recoveries={} ensembleChanges={} events={}",
                FIRST_SEED,
                SEEDS,
                acked,
                reads,
                recoveries,
                changes,
                events);
        // The runs must have done something, or they would prove nothing.
        assertThat(acked).isGreaterThan(5L * SEEDS);
        assertThat(reads).isGreaterThan(5L * SEEDS);
        assertThat(recoveries).isGreaterThan(SEEDS);
        assertThat(changes).isGreaterThan(SEEDS / 10);
    }

    @Test
    void seedsThatOnceFailedPass() {
        for (long seed : keptSeeds()) {
            run(seed);
        }
    }

    @Test
    void oneSeedRunsTheSameTwice() {
        for (long seed = 1; seed <= 10; seed++) {
            ClusterSimulation once = ClusterSimulation.ofSeed(seed, SimulatedProductionBookie.with(BookieFlaw.NONE));
            ClusterSimulation again = ClusterSimulation.ofSeed(seed, SimulatedProductionBookie.with(BookieFlaw.NONE));
            once.run();
            again.run();
            assertThat(again.traceLines()).isEqualTo(once.traceLines());
            assertThat(again.traceHash()).isEqualTo(once.traceHash());
            assertThat(again.summary()).isEqualTo(once.summary());
        }
    }

    @ParameterizedTest
    @EnumSource(value = BookieFlaw.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void checksFindAFlawedBookie(BookieFlaw flaw) {
        for (long seed = 1; seed <= SEEDS_FOR_A_FLAW; seed++) {
            try {
                ClusterSimulation.ofSeed(seed, SimulatedProductionBookie.with(flaw))
                        .run();
            } catch (AssertionError found) {
                LOG.info("flaw found flaw={} seed={} by={}", flaw, seed, found.getMessage());
                return;
            } finally {
                FastThreadLocal.removeAll();
            }
        }
        throw new AssertionError("no seed up to " + SEEDS_FOR_A_FLAW + " finds " + flaw);
    }

    private static ClusterSimulation.Summary run(long seed) {
        ClusterSimulation simulation = ClusterSimulation.ofSeed(seed, SimulatedProductionBookie.with(BookieFlaw.NONE));
        try {
            simulation.run();
            return simulation.summary();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    "seed " + seed + ": " + broken.getMessage() + "\nreplay: mvn -pl bookie -am test"
                            + " -Dtest=ClusterSimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -Ddlog.simulation.seed=" + seed + "\n"
                            + String.join("\n", simulation.traceLines()),
                    broken);
        } finally {
            // Each log buffer leaves a thread-local behind.
            FastThreadLocal.removeAll();
        }
    }

    private static List<Long> keptSeeds() {
        InputStream file =
                ClusterSimulationTest.class.getResourceAsStream("/seeds/ProductionBookies.txt");
        if (file == null) {
            throw new AssertionError("no /seeds/ProductionBookies.txt");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Long.parseLong(line.split(" ", 2)[0]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
