package io.dlog.metadata;

/**
 * A value together with the version that a compare-and-set of it must name.
 *
 * @param version the store's; opaque but comparable for equality
 */
public record Versioned<T>(T value, long version) {}
