package io.dlog.testing;

/**
 * Which faults one simulated run meets and how often. Swarm testing: a seed switches each kind on or off and chooses its
 * rate, so that runs differ in kind and rare combinations come up.
 *
 * <p>Thread: immutable.
 *
 * @param crashes bookies that crash, lose what was not synced, and come back
 * @param clientPauses pauses of client machines: a writer that sleeps and wakes up as a zombie
 * @param partitions directions between a client and a bookie that are held up
 * @param disconnects single broken connections
 * @param metadataOutages times in which the metadata store answers nobody
 * @param slowMessagesOneIn one message in so many is late, 0 none
 * @param breakingMessagesOneIn one message in so many breaks its connection, 0 none
 * @param slowBookies bookies with a sync a thousand times as long for a while
 * @param metadataFaultsOneIn one metadata call in so many loses request or reply, 0 none
 * @param readErrorsOneIn one read in so many meets a disk error, 0 none
 */
public record FaultPlan(
        int crashes,
        int clientPauses,
        int partitions,
        int disconnects,
        int metadataOutages,
        int slowMessagesOneIn,
        int breakingMessagesOneIn,
        int slowBookies,
        int metadataFaultsOneIn,
        int readErrorsOneIn) {
    /** Nothing goes wrong. */
    public static final FaultPlan NONE = new FaultPlan(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** A plan that the seed behind {@code random} decides. */
    public static FaultPlan swarm(SimulatedRandomness random) {
        return new FaultPlan(
                some(random, 6),
                some(random, 4),
                some(random, 8),
                some(random, 10),
                some(random, 2),
                random.oneIn(2) ? random.between(5, 100) : 0,
                random.oneIn(3) ? random.between(20, 300) : 0,
                some(random, 3),
                random.oneIn(2) ? random.between(3, 30) : 0,
                random.oneIn(3) ? random.between(3, 50) : 0);
    }

    private static int some(SimulatedRandomness random, int most) {
        return random.oneIn(2) ? random.between(1, most) : 0;
    }
}
