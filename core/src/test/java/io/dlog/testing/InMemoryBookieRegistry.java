package io.dlog.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.BookieRegistration.Mode;
import io.dlog.metadata.BookieRegistry;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Which bookies there are, without ZooKeeper: tests {@link #put} them, or bookies register through {@link #registration}.
 *
 * <p>Thread: safe, because all state is guarded.
 */
public final class InMemoryBookieRegistry implements BookieRegistry {
    /** The instance id of every in-memory cluster. */
    public static final String INSTANCE_ID = "00000000-0000-0000-0000-000000000001";

    private final Object lock = new Object();
    private final StoreCalls calls;

    @GuardedBy("lock")
    private final Map<BookieId, Registered> bookies = new TreeMap<>();

    @GuardedBy("lock")
    private final Map<BookieId, Versioned<byte[]>> cookies = new HashMap<>();

    private record Registered(BookieEndpoint endpoint, Mode mode) {}

    /** Answers at once and never fails. */
    public InMemoryBookieRegistry() {
        this(Runnable::run, new StoreFaults());
    }

    /** The executor runs, and may delay, requests and replies. */
    public InMemoryBookieRegistry(Executor executor, StoreFaults faults) {
        this.calls = new StoreCalls(
                new Object(),
                executor,
                faults,
                () -> new MetadataException(Reason.UNAVAILABLE, "metadata store did not answer"));
    }

    /** Adds a bookie or moves it to a mode. */
    public void put(BookieEndpoint endpoint, Mode mode) {
        synchronized (lock) {
            bookies.put(endpoint.id(), new Registered(endpoint, mode));
        }
    }

    /** Adds a writable bookie whose id is {@code host:port}. */
    public BookieId add(String host, int port) {
        BookieId id = new BookieId(host + ":" + port);
        put(new BookieEndpoint(id, host, port), Mode.READ_WRITE);
        return id;
    }

    /** Forgets a bookie, as when its session expired. */
    public void remove(BookieId id) {
        synchronized (lock) {
            bookies.remove(id);
        }
    }

    @Override
    public Set<BookieId> writable() {
        return inMode(Mode.READ_WRITE);
    }

    @Override
    public Set<BookieId> readOnly() {
        return inMode(Mode.READ_ONLY);
    }

    private Set<BookieId> inMode(Mode mode) {
        synchronized (lock) {
            Set<BookieId> ids = new TreeSet<>();
            bookies.forEach((id, registered) -> {
                if (registered.mode() == mode) {
                    ids.add(id);
                }
            });
            return ids;
        }
    }

    @Override
    public CompletableFuture<Void> refresh() {
        return calls.run(() -> {});
    }

    @Override
    public CompletableFuture<BookieEndpoint> endpoint(BookieId id) {
        return calls.call(() -> {
            synchronized (lock) {
                Registered registered = bookies.get(id);
                if (registered == null) {
                    throw new MetadataException(Reason.NOT_FOUND, "no bookie " + id);
                }
                return registered.endpoint();
            }
        });
    }

    /** A bookie's own door to this registry. */
    public BookieRegistration registration() {
        return new Registration();
    }

    /** Thread: safe, because all state is guarded by the registry's lock. */
    private final class Registration implements BookieRegistration {
        @GuardedBy("lock")
        private @Nullable BookieId registered;

        @Override
        public CompletableFuture<String> instanceId() {
            return calls.call(() -> INSTANCE_ID);
        }

        @Override
        public CompletableFuture<Optional<Versioned<byte[]>>> readCookie(BookieId id) {
            return calls.call(() -> {
                synchronized (lock) {
                    return Optional.ofNullable(cookies.get(id));
                }
            });
        }

        @Override
        public CompletableFuture<Void> writeCookie(BookieId id, byte[] cookie, long expectedVersion) {
            return calls.run(() -> {
                synchronized (lock) {
                    Versioned<byte[]> before = cookies.get(id);
                    if (before == null && expectedVersion != -1) {
                        throw new MetadataException(Reason.NOT_FOUND, "no cookie of " + id);
                    }
                    if (before != null && expectedVersion == -1) {
                        throw new MetadataException(Reason.EXISTS, "cookie of " + id + " exists");
                    }
                    if (before != null && before.version() != expectedVersion) {
                        throw new MetadataException(Reason.BAD_VERSION, "cookie of " + id + " was changed");
                    }
                    cookies.put(id, new Versioned<>(cookie.clone(), expectedVersion + 1));
                }
            });
        }

        @Override
        public CompletableFuture<Void> deleteCookie(BookieId id) {
            return calls.run(() -> {
                synchronized (lock) {
                    cookies.remove(id);
                }
            });
        }

        @Override
        public CompletableFuture<Void> register(BookieEndpoint endpoint, Mode mode) {
            return calls.run(() -> {
                synchronized (lock) {
                    registered = endpoint.id();
                    put(endpoint, mode);
                }
            });
        }

        @Override
        public CompletableFuture<Void> unregister() {
            return calls.run(this::close);
        }

        @Override
        public void close() {
            synchronized (lock) {
                if (registered != null) {
                    remove(registered);
                    registered = null;
                }
            }
        }
    }
}
