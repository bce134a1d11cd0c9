package io.dlog.metadata;

import io.dlog.ledger.LedgerMetadata;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The port to ledgers' metadata. Futures fail with {@link MetadataException}; an outcome that is not known fails with
 * reason {@code UNAVAILABLE} and is never turned into "not found".
 *
 * <p>Thread: safe. Futures complete on any thread; callers hand over to their own lane.
 */
public interface LedgerMetadataStore {
    /** Creates the ledger's node; {@code EXISTS} when the id is taken by somebody else (a lost reply is resolved). */
    CompletableFuture<Versioned<LedgerMetadata>> create(LedgerMetadata metadata);

    /** Reads; {@code NOT_FOUND} when the ledger was deleted or never created. */
    CompletableFuture<Versioned<LedgerMetadata>> read(long ledgerId);

    /** Compare-and-set; {@code BAD_VERSION} when somebody else was first, {@code NOT_FOUND} when deleted. */
    CompletableFuture<Versioned<LedgerMetadata>> write(LedgerMetadata metadata, long expectedVersion);

    /** Deletes, whatever the version; a ledger that is not there counts as deleted. */
    CompletableFuture<Void> delete(long ledgerId);

    /** All ledger ids, in no particular order. */
    CompletableFuture<List<Long>> list();

    /**
     * Calls back after each change of a ledger until the registration is closed; a deletion is reported as
     * {@code NOT_FOUND} by the next read, so the callback gets no value but a nudge to read.
     */
    AutoCloseable watch(long ledgerId, Consumer<Long> onChange);
}
