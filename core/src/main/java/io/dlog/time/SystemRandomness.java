package io.dlog.time;

import java.util.concurrent.ThreadLocalRandom;

/** The JVM's generator; not for secrets. Thread: safe, because each thread has its own generator. */
public enum SystemRandomness implements Randomness {
    /** The only instance. */
    INSTANCE;

    @Override
    public int nextInt(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }
}
