package io.dlog.metadata;

/**
 * A value together with the version that a compare-and-set of it must name.
 *
 * @param version the store's; opaque but comparable for equality
 */
public record Versioned<T>(T value, long version) {
    /** What a compare-and-set of this to {@code written} leaves: the version goes up by one. */
    public Versioned<T> next(T written) {
        return new Versioned<>(written, version + 1);
    }
}
