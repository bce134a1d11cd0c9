package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.concurrent.Handover;
import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.LedgerIdAllocator;
import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.metadata.Versioned;
import io.dlog.placement.EnsemblePlacement;
import io.dlog.placement.NotEnoughBookiesException;
import io.dlog.quorum.QuorumConfig;
import io.dlog.time.Randomness;
import io.dlog.transport.BookieConnections;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ledger client: writers that reach quorums, readers, and recovery.
 *
 * <p>Does not own the ports it is given; whoever made them closes them after the client.
 *
 * <p>Thread: safe, because each ledger's operations run on that ledger's lane.
 */
public final class QuorumLedgerClient implements LedgerClient {
    /** Ids tried for one new ledger, in case others took them. */
    private static final int CREATE_ATTEMPTS_MAX = 10;

    private final LedgerServices services;
    private final LedgerIdAllocator ids;
    private final Set<QuorumLedgerWriter> writers = ConcurrentHashMap.newKeySet();
    private final Set<QuorumLedgerReader> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public QuorumLedgerClient(
            Scheduler scheduler,
            BookieConnections connections,
            LedgerMetadataStore metadataStore,
            LedgerIdAllocator ids,
            EnsemblePlacement placement,
            Randomness randomness,
            ClientConfig config) {
        this.services = new LedgerServices(scheduler, connections, metadataStore, placement, randomness, config);
        this.ids = ids;
    }

    @Override
    public CompletableFuture<LedgerWriter> create(CreateOptions options) {
        if (closed) {
            return CompletableFuture.failedFuture(clientClosed());
        }
        CompletableFuture<LedgerWriter> result = new CompletableFuture<>();
        create(options, CREATE_ATTEMPTS_MAX, result);
        return result;
    }

    private void create(CreateOptions options, int attemptsLeft, CompletableFuture<LedgerWriter> result) {
        Lane anyLane = services.scheduler().lane(0);
        Handover.to(anyLane, ids.allocate(), (ledgerId, failure) -> {
            if (ledgerId == null) {
                result.completeExceptionally(MetadataChange.explain(-1, failure));
                return;
            }
            createWithId(ledgerId, options, attemptsLeft, result);
        });
    }

    private void createWithId(
            long ledgerId, CreateOptions options, int attemptsLeft, CompletableFuture<LedgerWriter> result) {
        QuorumConfig quorum = new QuorumConfig(options.ensembleSize(), options.writeQuorum(), options.ackQuorum());
        List<BookieId> ensemble;
        try {
            ensemble = services.placement()
                    .newEnsemble(quorum.ensembleSize(), quorum.writeQuorum(), quorum.ackQuorum(), Set.of());
        } catch (NotEnoughBookiesException e) {
            String message = e.getMessage();
            result.completeExceptionally(
                    new LedgerException(Code.NOT_ENOUGH_BOOKIES, message == null ? "too few bookies" : message, e));
            return;
        }
        LedgerMetadata metadata = LedgerMetadata.open(
                ledgerId,
                quorum.writeQuorum(),
                quorum.ackQuorum(),
                ensemble,
                options.digestType(),
                options.password(),
                creationToken(),
                options.customMetadata());
        Handover.to(
                services.scheduler().lane(ledgerId), services.metadataStore().create(metadata), (made, failure) -> {
                    if (made != null) {
                        QuorumLedgerWriter writer = new QuorumLedgerWriter(
                                services,
                                made,
                                LedgerDigest.of(options.digestType(), options.password()),
                                writers::remove);
                        keep(writer);
                        result.complete(writer);
                        return;
                    }
                    LedgerException reason = MetadataChange.explain(ledgerId, failure);
                    if (reason.code() == Code.LEDGER_EXISTS && attemptsLeft > 1) {
                        create(options, attemptsLeft - 1, result);
                    } else {
                        result.completeExceptionally(reason);
                    }
                });
    }

    /** Positive, for zero means "none" in metadata. */
    private long creationToken() {
        return Math.max(1, services.randomness().nextLong() & Long.MAX_VALUE);
    }

    @Override
    public CompletableFuture<LedgerReader> openWithoutRecovery(long ledgerId, DigestType digestType, byte[] password) {
        CompletableFuture<LedgerReader> result = new CompletableFuture<>();
        Lane lane = services.scheduler().lane(ledgerId);
        Handover.to(lane, metadataOf(ledgerId), (found, failure) -> {
            if (found == null) {
                result.completeExceptionally(MetadataChange.explain(ledgerId, failure));
                return;
            }
            LedgerAccess access = access(found.value(), digestType, password, result);
            if (access == null) {
                return;
            }
            if (found.value().isClosed()) {
                open(access, found.value(), found.value().lastEntryId(), result);
                return;
            }
            LastAddConfirmedRead read = new LastAddConfirmedRead(access, quorumOf(found.value()), found.value());
            Handover.to(lane, read.start(), (lac, noLac) -> {
                if (lac != null) {
                    open(access, found.value(), lac, result);
                } else if (noLac != null) {
                    result.completeExceptionally(noLac);
                }
            });
        });
        return result;
    }

    @Override
    public CompletableFuture<LedgerReader> openWithRecovery(long ledgerId, DigestType digestType, byte[] password) {
        CompletableFuture<LedgerReader> result = new CompletableFuture<>();
        Lane lane = services.scheduler().lane(ledgerId);
        Handover.to(lane, metadataOf(ledgerId), (found, failure) -> {
            if (found == null) {
                result.completeExceptionally(MetadataChange.explain(ledgerId, failure));
                return;
            }
            LedgerAccess access = access(found.value(), digestType, password, result);
            if (access == null) {
                return;
            }
            Handover.to(lane, new LedgerRecovery(access).run(), (recovered, notRecovered) -> {
                if (recovered != null) {
                    open(access, recovered.value(), recovered.value().lastEntryId(), result);
                } else if (notRecovered != null) {
                    result.completeExceptionally(notRecovered);
                }
            });
        });
        return result;
    }

    private CompletableFuture<Versioned<LedgerMetadata>> metadataOf(long ledgerId) {
        if (closed) {
            return CompletableFuture.failedFuture(clientClosed());
        }
        return MetadataChange.readOnly(services, services.scheduler().lane(ledgerId), ledgerId);
    }

    /**
     * Checks the password against the metadata before any bookie is asked. The digest type in the metadata counts; the
     * caller's only when the metadata, being of the first format, have none.
     */
    private @Nullable LedgerAccess access(
            LedgerMetadata metadata, DigestType digestType, byte[] password, CompletableFuture<LedgerReader> result) {
        byte[] stored = metadata.password();
        if (stored != null && !Arrays.equals(stored, password)) {
            result.completeExceptionally(
                    new LedgerException(Code.UNAUTHORIZED, "wrong password for ledger " + metadata.ledgerId()));
            return null;
        }
        DigestType storedType = metadata.digestType();
        LedgerDigest digest = LedgerDigest.of(storedType == null ? digestType : storedType, password);
        return new LedgerAccess(
                services, metadata.ledgerId(), digest, services.scheduler().lane(metadata.ledgerId()));
    }

    private void open(LedgerAccess access, LedgerMetadata metadata, long lac, CompletableFuture<LedgerReader> result) {
        QuorumLedgerReader reader = new QuorumLedgerReader(access, metadata, lac, readers::remove);
        readers.add(reader);
        if (closed) {
            reader.close();
        }
        reader.follow();
        result.complete(reader);
    }

    private void keep(QuorumLedgerWriter writer) {
        writers.add(writer);
        if (closed) {
            writer.abandon();
        }
    }

    private static QuorumConfig quorumOf(LedgerMetadata metadata) {
        return new QuorumConfig(metadata.ensembleSize(), metadata.writeQuorum(), metadata.ackQuorum());
    }

    @Override
    public CompletableFuture<Void> delete(long ledgerId) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        Handover.to(
                services.scheduler().lane(ledgerId), services.metadataStore().delete(ledgerId), (ok, failure) -> {
                    if (failure == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(MetadataChange.explain(ledgerId, failure));
                    }
                });
        return result;
    }

    @Override
    public CompletableFuture<LedgerMetadata> metadata(long ledgerId) {
        CompletableFuture<LedgerMetadata> result = new CompletableFuture<>();
        Handover.to(services.scheduler().lane(ledgerId), metadataOf(ledgerId), (found, failure) -> {
            if (found != null) {
                result.complete(found.value());
            } else {
                result.completeExceptionally(MetadataChange.explain(ledgerId, failure));
            }
        });
        return result;
    }

    @Override
    public CompletableFuture<List<Long>> list() {
        CompletableFuture<List<Long>> result = new CompletableFuture<>();
        Handover.to(services.scheduler().lane(0), services.metadataStore().list(), (found, failure) -> {
            if (found != null) {
                result.complete(found);
            } else {
                result.completeExceptionally(MetadataChange.explain(-1, failure));
            }
        });
        return result;
    }

    @Override
    public void close() {
        closed = true;
        writers.forEach(QuorumLedgerWriter::abandon);
        readers.forEach(QuorumLedgerReader::close);
        writers.clear();
        readers.clear();
    }

    private static LedgerException clientClosed() {
        return new LedgerException(Code.CLIENT_CLOSED, "ledger client was closed");
    }
}
