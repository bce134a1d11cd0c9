package io.dlog.time;

/** The port through which all code draws random numbers, so that a seed decides them in a simulation. Thread: safe. */
public interface Randomness {
    /** A number in {@code [0, bound)}; {@code bound} is at least 1. */
    int nextInt(int bound);

    /** Any 64 bits. */
    long nextLong();
}
