package io.dlog.bookie.index;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes that are written together; of two to one key the later wins. Thread: owned by who builds it. */
public final class IndexBatch {
    private final List<Change> changes = new ArrayList<>();

    /** One change; a deletion when {@code value} is null. Thread: nobody changes the arrays. */
    public record Change(IndexTable table, byte[] key, byte @Nullable [] value) {}

    public void put(IndexTable table, byte[] key, byte[] value) {
        changes.add(new Change(table, key, value));
    }

    public void delete(IndexTable table, byte[] key) {
        changes.add(new Change(table, key, null));
    }

    /** In the order they were made. */
    public List<Change> changes() {
        return changes;
    }
}
