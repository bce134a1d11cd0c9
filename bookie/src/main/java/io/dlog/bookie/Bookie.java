package io.dlog.bookie;

import io.dlog.bookie.Disks.Fill;
import io.dlog.bookie.disk.DiskFileSystem;
import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.ledger.Admission;
import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.server.BookieServer;
import io.dlog.concurrent.Lane;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.config.ConfigException;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.BookieRegistration.Mode;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.zookeeper.BookieRegistrationNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import io.dlog.metrics.DropwizardMetrics;
import io.dlog.metrics.StatsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bookie, put together and running.
 *
 * <pre>
 *   start: ZooKeeper → cookie → disks opened, journal replayed → stats page → listen → register
 *   stop:  unregister → stop listening → stats page → disks flushed and closed → ZooKeeper
 * </pre>
 *
 * <p>It listens before it registers, so that who finds it can reach it. What was started is stopped again when a later step
 * fails.
 *
 * <p>Thread: safe; {@link #start} and {@link #close} block.
 */
public final class Bookie implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bookie.class);

    /** How a bookie offers itself for as long as it runs. */
    public enum Offer {
        /** For reads and adds, while its disks have room. */
        READ_WRITE,
        /** For reads only. */
        READ_ONLY
    }

    /**
     * Why a bookie can't go on.
     *
     * @param sentence one line for people
     */
    public record Reason(Kind kind, String sentence) {
        /** What failed. */
        public enum Kind {
            DISK,
            REGISTRATION
        }
    }

    private interface Step {
        void undo() throws IOException, MetadataException;
    }

    private final BookieConfig config;
    private final Offer offer;
    private final Deque<Step> started = new ArrayDeque<>();
    private final CompletableFuture<Reason> mustStop = new CompletableFuture<>();
    private final ThreadScheduler scheduler = new ThreadScheduler("bookie", 1);
    private final DropwizardMetrics metrics = DropwizardMetrics.withJvm();
    private @Nullable BookieIdentity identity;
    private @Nullable StatsServer stats;

    private Bookie(BookieConfig config, Offer offer) {
        this.config = config;
        this.offer = offer;
    }

    /** Starts a bookie over the machine's disks and ZooKeeper; it accepts work on return. */
    public static Bookie start(BookieConfig config, Offer offer)
            throws ConfigException, CookieException, IOException, MetadataException {
        return start(config, offer, DiskStorage::open);
    }

    /** The same over another storage. */
    static Bookie start(BookieConfig config, Offer offer, BookieStorage.Opener storage)
            throws ConfigException, CookieException, IOException, MetadataException {
        Bookie bookie = new Bookie(config, offer);
        try {
            bookie.open(storage);
            return bookie;
        } catch (ConfigException | CookieException | IOException | MetadataException | RuntimeException e) {
            bookie.close();
            throw e;
        }
    }

    private void open(BookieStorage.Opener opener)
            throws ConfigException, CookieException, IOException, MetadataException {
        started.push(scheduler::close);
        BookieIdentity configured = BookieIdentity.of(config.identity());
        FileSystem files = new DiskFileSystem();
        ZooKeeperSession session =
                ZooKeeperSession.connect(config.metadata().servers(), config.zkTimeout(), config.zkTimeout());
        started.push(session::close);
        Lane lane = scheduler.blockingLane("housekeeping");
        BookieRegistration registration =
                new BookieRegistrationNodes(session, config.metadata().root(), lane, this::registrationLost);
        started.push(registration::close);

        new CookieCheck(files, registration, config, configured.endpoint().id()).check();
        BookieStorage storage = opener.open(config, files, scheduler, metrics);
        started.push(storage.close()::run);
        var unused = storage.failed()
                .thenAccept(cause -> mustStop.complete(
                        new Reason(Reason.Kind.DISK, "a write to disk failed, nothing is acknowledged: " + cause)));
        HostedLedgers ledgers = new HostedLedgers(storage.ledgers(), BookieConfig.LEDGERS_IN_HAND_MAX);
        Disks disks = new Disks(
                files,
                config.ledgerDirectories(),
                config.storage(),
                lane,
                metrics,
                fill -> changeMode(registration, ledgers, fill));
        disks.start();
        started.push(disks::close);
        if (config.stats().isEnabled()) {
            stats = StatsServer.start(
                    new InetSocketAddress(
                            config.stats().address(), config.stats().port()),
                    metrics,
                    Map.of("storage", () -> complaintAbout(storage), "disks", () -> complaintAbout(disks)));
            started.push(stats::close);
        }
        // Before the first connection: a bookie that is read-only takes no add meanwhile.
        ledgers.admit(admissionFor(modeFor(disks.fill()), disks.fill()));
        BookieServer server = BookieServer.start(
                configured.listen(), config.server(), storage.ledgers(), ledgers, disks, scheduler, metrics);
        started.push(server::close);
        // From here on changes of the disks are followed; once more, in case one came before.
        identity = configured;
        Mode mode = modeFor(disks.fill());
        ledgers.admit(admissionFor(mode, disks.fill()));
        Waiting.on(registration.register(configured.endpoint(), mode));
        started.push(() -> Waiting.on(registration.unregister()));
        LOG.info(
                "bookie is ready bookie={} mode={} listen={} metadata={}",
                configured.endpoint().id(),
                mode,
                server.address(),
                config.metadata());
    }

    private void registrationLost(MetadataException failure) {
        mustStop.complete(new Reason(Reason.Kind.REGISTRATION, String.valueOf(failure.getMessage())));
    }

    private static Optional<String> complaintAbout(BookieStorage storage) {
        return storage.failed().isDone()
                ? Optional.of("a write to disk failed, nothing is acknowledged")
                : Optional.empty();
    }

    private static Optional<String> complaintAbout(Disks disks) {
        return disks.fill() == Fill.ENOUGH_ROOM ? Optional.empty() : Optional.of("disks are full, adds are refused");
    }

    private Mode modeFor(Fill fill) {
        return offer == Offer.READ_WRITE && fill == Fill.ENOUGH_ROOM ? Mode.READ_WRITE : Mode.READ_ONLY;
    }

    /** While read-only, recovery may still write: repair needs little, and is what brings the cluster back. */
    private static Admission admissionFor(Mode mode, Fill fill) {
        if (fill == Fill.EXHAUSTED) {
            return Admission.NONE;
        }
        return mode == Mode.READ_WRITE ? Admission.ALL : Admission.HIGH_PRIORITY;
    }

    private void changeMode(BookieRegistration registration, HostedLedgers ledgers, Fill fill) {
        BookieIdentity known = identity;
        if (known == null) {
            return;
        }
        if (fill != Fill.ENOUGH_ROOM && !config.isReadOnlyModeEnabled()) {
            mustStop.complete(new Reason(Reason.Kind.DISK, "disks are full and readOnlyModeEnabled=false"));
            return;
        }
        Mode mode = modeFor(fill);
        ledgers.admit(admissionFor(mode, fill));
        var unused = registration.register(known.endpoint(), mode).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.error("registration could not follow the mode bookie={} mode={}", known.endpoint(), mode, failure);
            }
        });
    }

    /** How it is known. */
    public BookieId id() {
        if (identity == null) {
            throw new AssertionError("asked before it was started");
        }
        return identity.endpoint().id();
    }

    /** Port of the stats page, empty when there is none. */
    public OptionalInt statsPort() {
        return stats == null ? OptionalInt.empty() : OptionalInt.of(stats.port());
    }

    /** What it measures. */
    public DropwizardMetrics metrics() {
        return metrics;
    }

    /** Completes with the reason when the bookie can't go on and must be stopped. */
    public CompletableFuture<Reason> mustStop() {
        return mustStop.copy();
    }

    /** The clean end; each step is taken even if one before it failed. */
    @Override
    public synchronized void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().undo();
            } catch (IOException | MetadataException e) {
                LOG.warn("step of the shutdown failed", e);
            }
        }
    }
}
