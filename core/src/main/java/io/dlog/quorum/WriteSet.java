package io.dlog.quorum;

/**
 * The ensemble members that hold one entry: {@code size} neighbours from {@code first} on, round the ring.
 *
 * <pre>
 *   ensemble, E = 5    0  1  2  3  4
 *   entry 7, Qw = 3          x  x  x     first = 7 mod 5 = 2
 *   entry 8, Qw = 3    x        x  x     first = 3, goes round
 * </pre>
 *
 * <p>Thread: immutable.
 *
 * @param first index of the first member
 * @param size Qw
 * @param ensembleSize E
 */
public record WriteSet(int first, int size, int ensembleSize) {
    public WriteSet {
        if (first < 0 || first >= ensembleSize || size < 1 || size > ensembleSize) {
            throw new IllegalArgumentException("no write set from " + first + ", " + size + " of " + ensembleSize);
        }
    }

    /** Ensemble index of the member at {@code position} of the set, {@code 0 <= position < size}. */
    public int member(int position) {
        int index = first + position;
        return index < ensembleSize ? index : index - ensembleSize;
    }

    /** Whether the member at this ensemble index is in the set. */
    public boolean contains(int index) {
        int position = index - first;
        return (position < 0 ? position + ensembleSize : position) < size;
    }

    /** The set as bits of a long, bit {@code i} for ensemble index {@code i}. */
    public long bits() {
        long bits = 0;
        for (int i = 0; i < size; i++) {
            bits |= 1L << member(i);
        }
        return bits;
    }
}
