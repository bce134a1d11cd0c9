package io.dlog.log.zookeeper;

import io.dlog.log.DLException;
import io.dlog.log.LogExistsException;
import io.dlog.log.LogNotFoundException;
import io.dlog.log.StatusCode;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.zookeeper.Outcomes;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The store's failures in the words of the log library. Thread: immutable. */
final class Failures {
    private Failures() {}

    /** The same outcome, whose failure is a {@link DLException} about that log or namespace. */
    static <T extends @Nullable Object> CompletableFuture<T> ofLog(String name, CompletableFuture<T> future) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        var unused = future.whenComplete((result, failure) -> {
            if (failure == null) {
                outcome.complete(result);
            } else {
                outcome.completeExceptionally(translated(name, Outcomes.unwrapped(failure)));
            }
        });
        return outcome;
    }

    private static Throwable translated(String name, Throwable failure) {
        if (!(failure instanceof MetadataException e)) {
            return failure;
        }
        String message = e.getMessage();
        return switch (e.reason()) {
            case NOT_FOUND -> new LogNotFoundException("no log " + name, e);
            case EXISTS -> new LogExistsException("log " + name + " exists", e);
            case BAD_VERSION -> conflict(name, e);
            case UNAVAILABLE -> new DLException(StatusCode.ZOOKEEPER_ERROR, "log " + name + ": " + message, e);
            case MALFORMED -> new DLException(StatusCode.METADATA_EXCEPTION, "log " + name + ": " + message, e);
        };
    }

    /** Somebody else changed the log's metadata first. */
    static DLException conflict(String name, Throwable cause) {
        return new DLException(
                StatusCode.METADATA_EXCEPTION, "metadata of log " + name + " was changed by another writer", cause);
    }

    static MetadataException malformed(String path, IllegalArgumentException cause) {
        return new MetadataException(Reason.MALFORMED, path + ": " + cause.getMessage(), cause);
    }
}
