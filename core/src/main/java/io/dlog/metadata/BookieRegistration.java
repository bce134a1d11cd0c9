package io.dlog.metadata;

import io.dlog.ledger.BookieId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The port through which a bookie makes itself known and checks that its disks are its own.
 *
 * <p>Thread: safe.
 */
public interface BookieRegistration extends AutoCloseable {
    /** How a bookie offers itself. */
    enum Mode {
        READ_WRITE,
        READ_ONLY
    }

    /** The cluster's instance id; {@code NOT_FOUND} before the cluster is formatted. */
    CompletableFuture<String> instanceId();

    /** The stored cookie of a bookie. */
    CompletableFuture<Optional<Versioned<byte[]>>> readCookie(BookieId id);

    /** Creates ({@code expectedVersion} -1) or replaces a cookie. */
    CompletableFuture<Void> writeCookie(BookieId id, byte[] cookie, long expectedVersion);

    /** Removes a cookie; absent counts as removed. */
    CompletableFuture<Void> deleteCookie(BookieId id);

    /**
     * Registers, or moves between the modes; kept alive and re-created after the store lost the session until
     * {@link #unregister}. Waits for a registration that an earlier life of this bookie left behind.
     */
    CompletableFuture<Void> register(BookieEndpoint endpoint, Mode mode);

    /** Removes the registration. */
    CompletableFuture<Void> unregister();

    @Override
    void close();
}
