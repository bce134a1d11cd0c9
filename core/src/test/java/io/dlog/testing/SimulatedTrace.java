package io.dlog.testing;

import io.dlog.time.Clock;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What happened in a simulation, in order: a hash of all of it, and the last lines to read.
 *
 * <p>Thread: owned by the simulation's thread.
 */
public final class SimulatedTrace {
    private static final int LINES_MAX = 4000;

    private final Clock clock;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private long hash = 0xCBF29CE484222325L;

    public SimulatedTrace(Clock clock) {
        this.clock = clock;
    }

    /** Notes one happening. */
    public void add(String what) {
        String line = clock.nanoTime() / 1000 + "us " + what;
        for (int i = 0; i < line.length(); i++) {
            hash = (hash ^ line.charAt(i)) * 0x100000001B3L;
        }
        lines.add(line);
        if (lines.size() > LINES_MAX) {
            lines.remove();
        }
    }

    /** FNV-1a over all lines so far. */
    public long hash() {
        return hash;
    }

    /** The last lines. */
    public List<String> lastLines() {
        return List.copyOf(lines);
    }
}
