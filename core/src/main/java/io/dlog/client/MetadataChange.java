package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.concurrent.Handover;
import io.dlog.concurrent.Lane;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.Versioned;
import io.dlog.time.Backoff;
import io.dlog.time.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One change of a ledger's metadata by compare-and-set, tried until it is decided.
 *
 * <p>After a lost race or a lost reply the metadata is read again and the decision made again on what is there now; a
 * decision therefore recognises its own change. Nothing is ever written blindly a second time.
 *
 * <p>Thread: owned by the ledger's lane, on which the future completes.
 */
final class MetadataChange {
    /** What to do about the metadata as it stands. */
    sealed interface Decision {}

    /** Replace it by this. */
    record Write(LedgerMetadata changed) implements Decision {}

    /** Leave it: it is as it should be. */
    record Agree() implements Decision {}

    /** Leave it and fail. */
    record Refuse(LedgerException reason) implements Decision {}

    private final LedgerServices services;
    private final Lane lane;
    private final long ledgerId;
    private final Function<LedgerMetadata, Decision> decide;
    private final Deadline deadline;
    private final Backoff backoff;
    private final CompletableFuture<Versioned<LedgerMetadata>> result = new CompletableFuture<>();

    MetadataChange(LedgerServices services, Lane lane, long ledgerId, Function<LedgerMetadata, Decision> decide) {
        this.services = services;
        this.lane = lane;
        this.ledgerId = ledgerId;
        this.decide = decide;
        this.deadline = services.metadataDeadline();
        this.backoff = services.metadataBackoff();
    }

    /** Decides on metadata that was read before. */
    CompletableFuture<Versioned<LedgerMetadata>> from(Versioned<LedgerMetadata> known) {
        step(known);
        return result;
    }

    /** Reads first. */
    CompletableFuture<Versioned<LedgerMetadata>> fromStore() {
        read();
        return result;
    }

    /** The ledger's metadata, read until the store answers. */
    static CompletableFuture<Versioned<LedgerMetadata>> readOnly(LedgerServices services, Lane lane, long ledgerId) {
        return new MetadataChange(services, lane, ledgerId, any -> new Agree()).fromStore();
    }

    private void read() {
        Handover.to(lane, services.metadataStore().read(ledgerId), this::onRead);
    }

    private void onRead(@Nullable Versioned<LedgerMetadata> found, @Nullable Throwable failure) {
        if (found != null) {
            step(found);
        } else {
            onFailure(failure);
        }
    }

    private void step(Versioned<LedgerMetadata> current) {
        Decision decision = decide.apply(current.value());
        if (decision instanceof Write write) {
            Handover.to(lane, services.metadataStore().write(write.changed(), current.version()), this::onWritten);
        } else if (decision instanceof Refuse refuse) {
            result.completeExceptionally(refuse.reason());
        } else {
            result.complete(current);
        }
    }

    private void onWritten(@Nullable Versioned<LedgerMetadata> written, @Nullable Throwable failure) {
        if (written != null) {
            result.complete(written);
        } else {
            onFailure(failure);
        }
    }

    private void onFailure(@Nullable Throwable failure) {
        LedgerException reason = explain(ledgerId, failure);
        boolean worthAnotherTry = reason.code() == Code.METADATA_UNAVAILABLE || reason.code() == Code.METADATA_VERSION;
        if (worthAnotherTry && !deadline.hasPassed()) {
            lane.schedule(this::read, deadline.remainingAtMost(backoff.next()));
        } else {
            result.completeExceptionally(reason);
        }
    }

    /** A failure of the metadata store in this package's words. */
    static LedgerException explain(long ledgerId, @Nullable Throwable cause) {
        if (cause instanceof MetadataException e) {
            return switch (e.reason()) {
                case NOT_FOUND -> new LedgerException(Code.NO_SUCH_LEDGER, "no ledger " + ledgerId, e);
                case EXISTS -> new LedgerException(Code.LEDGER_EXISTS, "ledger " + ledgerId + " exists", e);
                case BAD_VERSION ->
                    new LedgerException(Code.METADATA_VERSION, "metadata of ledger " + ledgerId + " keeps changing", e);
                case UNAVAILABLE ->
                    new LedgerException(
                            Code.METADATA_UNAVAILABLE, "metadata store did not answer about ledger " + ledgerId, e);
                case MALFORMED ->
                    new LedgerException(Code.UNKNOWN_DATA, "unreadable metadata of ledger " + ledgerId, e);
            };
        }
        if (cause instanceof LedgerException e) {
            return e;
        }
        return cause == null
                ? new LedgerException(Code.METADATA_UNAVAILABLE, "no answer about ledger " + ledgerId)
                : new LedgerException(Code.METADATA_UNAVAILABLE, "metadata of ledger " + ledgerId, cause);
    }
}
