package io.dlog.ledger;

import java.util.regex.Pattern;

/**
 * The name under which a bookie is known in metadata: {@code host:port}, or an opaque id that registration resolves.
 *
 * <p>Thread: immutable. Source: BookKeeper metadata, "BookieId".
 *
 * @param id letters, digits and {@code : _ . -}; never {@code readonly}
 */
public record BookieId(String id) implements Comparable<BookieId> {
    private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9:_.\\-]+");

    public BookieId {
        if (!VALID.matcher(id).matches() || id.equals("readonly")) {
            throw new IllegalArgumentException("not a bookie id: '" + id + "'");
        }
    }

    @Override
    public int compareTo(BookieId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id;
    }
}
