package io.dlog.testing;

import io.dlog.time.Randomness;

/**
 * Random numbers that a seed decides. Thread: owned by the simulation's thread. Source: SplitMix64, Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators".
 */
public final class SimulatedRandomness implements Randomness {
    private long state;

    public SimulatedRandomness(long seed) {
        this.state = seed;
    }

    @Override
    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public int nextInt(int bound) {
        return (int) Math.floorMod(nextLong() >>> 1, (long) bound);
    }

    /** A number in {@code [low, high]}. */
    public int between(int low, int high) {
        return low + nextInt(high - low + 1);
    }

    /** True once in {@code n} times on average; never when {@code n} is 0. */
    public boolean oneIn(int n) {
        return n > 0 && nextInt(n) == 0;
    }

    /** A generator of its own, so that draws here and there don't disturb each other. */
    public SimulatedRandomness split() {
        return new SimulatedRandomness(nextLong());
    }
}
