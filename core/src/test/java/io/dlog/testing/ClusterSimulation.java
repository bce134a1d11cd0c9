package io.dlog.testing;

import io.dlog.client.ClientConfig;
import io.dlog.client.CreateOptions;
import io.dlog.client.LedgerEntry;
import io.dlog.client.LedgerReader;
import io.dlog.client.LedgerWriter;
import io.dlog.client.QuorumLedgerClient;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.EntryHeader;
import io.dlog.ledger.LedgerFragment;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.ledger.LedgerState;
import io.dlog.metadata.BookieEndpoint;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.Versioned;
import io.dlog.placement.RandomPlacement;
import io.dlog.protocol.WireVersion;
import io.dlog.quorum.QuorumConfig;
import io.dlog.quorum.WriteSet;
import io.dlog.testing.StoreFaults.Fault;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One ledger's life in a simulated cluster, decided by a seed: a writer, readers that follow it, clients that recover the
 * ledger under its hands, and faults. The clients are the production classes, and
 * so are the bookies when the {@link CrashableBookie.Factory factory} makes such.
 *
 * <p>Checked after each event: every entry that is acknowledged, or part of the closed ledger, is durable at an ack quorum
 * of the bookies that metadata name for it; states only go forward and a closed ledger never changes; the last entry of a closed ledger is not below any
 * acknowledged entry or any last add confirmed that a reader saw, and its length is right. At the end faults stop, the
 * ledger is recovered once more, and all of it is read and compared.
 *
 * <p>Thread: owned by the thread that calls {@link #run}.
 */
public final class ClusterSimulation {
    private static final Duration FAULT_TIME = Duration.ofSeconds(20);
    private static final Duration HEALING_TIME = Duration.ofSeconds(60);
    private static final Duration RESTARTING_TIME = Duration.ofSeconds(15);
    private static final int CRC_BYTES = 4;
    private static final byte[] PASSWORD = {'p', 'w'};

    private final SimulatedRandomness random;
    private final SimulatedScheduler world;
    private final SimulatedTrace trace;
    private final SimulatedNetwork network;
    private final FaultPlan plan;
    private final List<CrashableBookie> bookies = new ArrayList<>();
    private final List<SimulatedScheduler.Machine> machines = new ArrayList<>();
    private final InMemoryBookieRegistry registry = new InMemoryBookieRegistry();
    private final InMemoryLedgerMetadataStore store = new InMemoryLedgerMetadataStore();
    private final History history = new History();
    private final QuorumConfig quorum;
    private final ClientConfig config;
    private final Set<Integer> raceAtEntry = new TreeSet<>();
    private boolean faulty = true;
    private boolean metadataDown;
    private long ledgerId = -1;
    private boolean writerDone;
    private int recoveries;
    private int reads;
    private @Nullable LedgerMetadata lastMetadata;
    private long checkedDurable = -1;
    private long checkedAcked = -1;
    private long checkedVersion = -1;

    /** A cluster and a plan that the seed decides. */
    public static ClusterSimulation ofSeed(long seed, ModelBookie.Flaw flaw) {
        return ofSeed(seed, (id, world, random, trace) -> new ModelBookie(id, world, random, flaw));
    }

    /** The same with bookies of any kind. */
    public static ClusterSimulation ofSeed(long seed, CrashableBookie.Factory bookies) {
        return new ClusterSimulation(seed, bookies);
    }

    private ClusterSimulation(long seed, CrashableBookie.Factory factory) {
        this.random = new SimulatedRandomness(seed);
        this.world = new SimulatedScheduler(random.split());
        this.trace = new SimulatedTrace(world.clock());
        this.network = new SimulatedNetwork(world, random.split(), trace);
        this.plan = FaultPlan.swarm(random);
        int bookieCount = random.between(3, 6);
        this.quorum = quorum(random, bookieCount);
        for (int i = 0; i < bookieCount; i++) {
            BookieId id = new BookieId("bookie" + i + ":3181");
            CrashableBookie bookie = factory.make(id, world, random.split(), trace);
            bookie.readErrorOneIn(plan.readErrorsOneIn());
            bookies.add(bookie);
            network.attach(id, bookie);
            register(id);
        }
        network.slowOneIn(plan.slowMessagesOneIn());
        network.breakOneIn(plan.breakingMessagesOneIn());
        this.config = config(random.oneIn(4) ? WireVersion.V2 : WireVersion.V3, random.oneIn(2) ? 800 : 4000);
        bookies.forEach(b -> b.speak(config.wireVersion()));
        trace.add("plan " + plan + " quorum " + quorum + " bookies " + bookieCount + " " + config.wireVersion());
    }

    /** Often the sizes that people use, otherwise any. */
    private static QuorumConfig quorum(SimulatedRandomness random, int bookieCount) {
        if (random.oneIn(2)) {
            return new QuorumConfig(3, 3, 2);
        }
        int ensembleSize = random.between(1, Math.min(4, bookieCount));
        int writeQuorum = random.between(1, ensembleSize);
        return new QuorumConfig(ensembleSize, writeQuorum, random.between(1, writeQuorum));
    }

    private static ClientConfig config(WireVersion version, int addTimeoutMillis) {
        return new ClientConfig(
                Duration.ofMillis(addTimeoutMillis),
                Duration.ofSeconds(8),
                Duration.ofMillis(300),
                Duration.ofMillis(800),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                1000,
                1 << 20,
                1 << 20,
                1000,
                8,
                version);
    }

    /** Runs the whole; throws an {@link AssertionError} that says which rule was broken. */
    public void run() {
        world.afterEachEvent(this::checkWhatMustAlwaysHold);
        startWriter();
        int recoverers = random.between(0, 3);
        for (int i = 0; i < recoverers; i++) {
            startRecoverer("recoverer" + i, Duration.ofMillis(random.between(50, 15_000)));
        }
        int readers = random.between(0, 2);
        for (int i = 0; i < readers; i++) {
            startReader("reader" + i);
        }
        scheduleFaults();
        world.run(FAULT_TIME);
        heal();
        History.check(world.runUntil(() -> writerDone, HEALING_TIME), "writer neither done nor failed after healing");
        if (bookies.get(0).isMachine()) {
            // Faults of disks and their starts that failed end with restarts of their own.
            world.run(RESTARTING_TIME);
        }
        recoverAndReadAll();
        trace.add("end acked=" + history.lastAcked() + " submitted=" + history.submittedCount());
    }

    /** Hash of all that happened. */
    public long traceHash() {
        return trace.hash();
    }

    /** The last of what happened, to read. */
    public List<String> traceLines() {
        return trace.lastLines();
    }

    /** What the run amounted to. */
    public Summary summary() {
        return new Summary(
                history.submittedCount(),
                history.lastAcked() + 1,
                recoveries,
                reads,
                lastMetadata == null ? 0 : lastMetadata.fragments().size(),
                world.eventsRun());
    }

    /** Numbers by which a test sees that runs are worth something. */
    public record Summary(int submitted, long acked, int recoveries, int reads, int fragments, long events) {}

    // ---- clients ----

    private QuorumLedgerClient client(SimulatedScheduler.Machine machine) {
        StoreFaults faults = new StoreFaults();
        SimulatedRandomness fate = random.split();
        faults.otherwise(() -> {
            if (metadataDown) {
                return Fault.REQUEST_LOST;
            }
            if (faulty && fate.oneIn(plan.metadataFaultsOneIn())) {
                return fate.oneIn(2) ? Fault.REQUEST_LOST : Fault.REPLY_LOST;
            }
            return Fault.NONE;
        });
        return new QuorumLedgerClient(
                machine,
                network.connectionsOf(machine),
                store.view(task -> world.afterNanos(1000L * fate.between(100, 5000), task), faults),
                new InMemoryLedgerIds(),
                new RandomPlacement(registry, random.split()),
                random.split(),
                config);
    }

    private SimulatedScheduler.Machine machine(String name) {
        SimulatedScheduler.Machine machine = world.machine(name);
        machines.add(machine);
        return machine;
    }

    private void startWriter() {
        SimulatedScheduler.Machine machine = machine("writer");
        QuorumLedgerClient client = client(machine);
        create(machine, client);
    }

    private void create(SimulatedScheduler.Machine machine, QuorumLedgerClient client) {
        CreateOptions options = CreateOptions.of(
                quorum.ensembleSize(), quorum.writeQuorum(), quorum.ackQuorum(), DigestType.CRC32C, PASSWORD);
        then(client.create(options), (writer, failure) -> {
            if (writer == null) {
                machine.lane(-1).schedule(() -> create(machine, client), Duration.ofMillis(200));
                return;
            }
            trace.add("created " + writer.metadata().lastFragment());
            ledgerId = writer.ledgerId();
            write(machine, writer, random.between(0, 60), random.split());
        });
    }

    private void write(SimulatedScheduler.Machine machine, LedgerWriter writer, int left, SimulatedRandomness dice) {
        if (left == 0) {
            finishWriting(writer, dice);
            return;
        }
        byte[] payload = new byte[dice.nextInt(40)];
        Arrays.fill(payload, (byte) history.submittedCount());
        if (faulty && raceAtEntry.remove(history.submittedCount())) {
            race("racer" + history.submittedCount());
        }
        history.submit(payload);
        then(writer.add(Unpooled.wrappedBuffer(payload)), (entryId, failure) -> {
            if (entryId == null) {
                trace.add("add failed " + (failure == null ? "" : failure.getMessage()));
                writerDone = true;
            } else {
                trace.add("acked " + entryId);
                history.acked(entryId);
                writerDone |= left == 1;
            }
        });
        int pauseMicros = dice.oneIn(3) ? dice.nextInt(1_500_000) : dice.nextInt(2000);
        machine.lane(-1)
                .schedule(
                        () -> {
                            if (!writerDone) {
                                write(machine, writer, left - 1, dice);
                            }
                        },
                        Duration.ofNanos(1000L * pauseMicros));
    }

    private void finishWriting(LedgerWriter writer, SimulatedRandomness dice) {
        if (dice.oneIn(2)) {
            then(writer.close(), (ok, failure) -> {
                trace.add("writer closed " + (failure == null ? "" : failure.getMessage()));
                writerDone = true;
            });
        } else if (history.submittedCount() == 0) {
            writerDone = true;
        }
    }

    private void startRecoverer(String name, Duration delay) {
        SimulatedScheduler.Machine machine = machine(name);
        QuorumLedgerClient client = client(machine);
        machine.lane(-1).schedule(() -> recover(machine, client, reader -> {}), delay);
    }

    private void recover(SimulatedScheduler.Machine machine, QuorumLedgerClient client, Consumer<LedgerReader> then) {
        if (ledgerId < 0) {
            machine.lane(-1).schedule(() -> recover(machine, client, then), Duration.ofMillis(100));
            return;
        }
        then(client.openWithRecovery(ledgerId, DigestType.CRC32C, PASSWORD), (reader, failure) -> {
            if (reader == null) {
                trace.add(machine.name() + " failed " + (failure == null ? "" : failure.getMessage()));
                machine.lane(-1).schedule(() -> recover(machine, client, then), Duration.ofMillis(300));
                return;
            }
            trace.add(machine.name() + " recovered at " + reader.lastAddConfirmed());
            recoveries++;
            Versioned<LedgerMetadata> stored = store.peek(ledgerId);
            History.check(
                    stored != null && stored.value().equals(reader.metadata()),
                    "recoverer saw " + reader.metadata() + ", stored is " + stored);
            then.accept(reader);
        });
    }

    private void startReader(String name) {
        SimulatedScheduler.Machine machine = machine(name);
        QuorumLedgerClient client = client(machine);
        openReader(machine, client);
    }

    private void openReader(SimulatedScheduler.Machine machine, QuorumLedgerClient client) {
        if (ledgerId < 0) {
            machine.lane(-1).schedule(() -> openReader(machine, client), Duration.ofMillis(100));
            return;
        }
        then(client.openWithoutRecovery(ledgerId, DigestType.CRC32C, PASSWORD), (reader, failure) -> {
            if (reader == null) {
                machine.lane(-1).schedule(() -> openReader(machine, client), Duration.ofMillis(200));
            } else {
                lacSeen(-1, reader);
                tail(machine, reader, 0);
            }
        });
    }

    private void tail(SimulatedScheduler.Machine machine, LedgerReader reader, long next) {
        long before = reader.lastAddConfirmed();
        then(reader.awaitEntry(next, Duration.ofMillis(random.between(1, 3000))), (found, failure) -> {
            lacSeen(before, reader);
            long following = next;
            if (found != null && found.isPresent()) {
                checkRead(found.get(), next);
                following++;
            } else if (reader.isClosed() && next > reader.lastAddConfirmed()) {
                trace.add(machine.name() + " at the end " + next);
                return;
            }
            long then = following;
            if (random.oneIn(5)) {
                askForLac(reader);
            }
            machine.lane(-1).schedule(() -> tail(machine, reader, then), Duration.ofMillis(random.nextInt(50)));
        });
    }

    private void askForLac(LedgerReader reader) {
        long before = reader.lastAddConfirmed();
        then(reader.readLastAddConfirmed(), (lac, failure) -> {
            if (lac != null) {
                History.check(lac >= before, "last add confirmed went back from " + before + " to " + lac);
            }
            lacSeen(before, reader);
        });
    }

    private void lacSeen(long before, LedgerReader reader) {
        LedgerMetadata metadata = lastMetadata;
        history.lacSeen(
                before,
                reader.lastAddConfirmed(),
                metadata != null && metadata.isClosed() ? metadata.lastEntryId() : -1);
    }

    private void checkRead(LedgerEntry entry, long expected) {
        History.check(entry.entryId() == expected, "asked for " + expected + ", got " + entry.entryId());
        history.read(expected, entry.copyData());
        entry.close();
        reads++;
    }

    // ---- faults ----

    private void scheduleFaults() {
        for (int i = 0; i < plan.crashes(); i++) {
            int victim = random.nextInt(bookies.size());
            atSomeTime(() -> crash(bookies.get(victim), someTime()));
        }
        for (int i = 0; i < plan.clientPauses(); i++) {
            int victim = random.nextInt(machines.size());
            atSomeTime(() -> {
                SimulatedScheduler.Machine machine = machines.get(victim);
                trace.add("pause " + machine.name());
                machine.pause();
                world.after(someTime(), () -> {
                    trace.add("resume " + machine.name());
                    machine.resume();
                });
            });
        }
        for (int i = 0; i < plan.partitions(); i++) {
            String client = machines.get(random.nextInt(machines.size())).name();
            String bookie = bookies.get(random.nextInt(bookies.size())).id().id();
            boolean there = random.oneIn(2);
            boolean back = !there || random.oneIn(2);
            atSomeTime(() -> partition(client, bookie, there, back));
        }
        for (int i = 0; i < plan.disconnects(); i++) {
            String client = machines.get(random.nextInt(machines.size())).name();
            BookieId bookie = bookies.get(random.nextInt(bookies.size())).id();
            atSomeTime(() -> network.disconnect(client, bookie));
        }
        for (int i = 0; i < plan.slowBookies(); i++) {
            CrashableBookie bookie = bookies.get(random.nextInt(bookies.size()));
            atSomeTime(() -> {
                trace.add("slow " + bookie.id());
                bookie.syncMicrosMax(2_000_000);
                world.after(someTime(), () -> bookie.syncMicrosMax(2000));
            });
        }
        for (int i = 0; i < plan.races(); i++) {
            raceAtEntry.add(random.nextInt(40));
        }
        for (int i = 0; i < plan.metadataOutages(); i++) {
            atSomeTime(() -> {
                trace.add("metadata store down");
                metadataDown = true;
                world.after(someTime(), () -> metadataDown = false);
            });
        }
        if (bookies.get(0).isMachine()) {
            scheduleFaultsOfMachines();
        }
    }

    private void scheduleFaultsOfMachines() {
        int diskErrors = random.oneIn(2) ? random.between(1, 3) : 0;
        for (int i = 0; i < diskErrors; i++) {
            CrashableBookie bookie = bookies.get(random.nextInt(bookies.size()));
            atSomeTime(() -> {
                trace.add("disk error " + bookie.id());
                bookie.failSomeWrite();
                // Its disk will not be trusted again before the next start, which somebody has to bring about.
                world.after(someTime(), () -> kill(bookie, someTime()));
            });
        }
        int pauses = random.oneIn(2) ? random.between(1, 4) : 0;
        for (int i = 0; i < pauses; i++) {
            CrashableBookie bookie = bookies.get(random.nextInt(bookies.size()));
            atSomeTime(() -> {
                trace.add("pause " + bookie.id());
                bookie.pause();
                world.after(someTime(), bookie::resume);
            });
        }
    }

    /** Everything at once: adds under way, a recovery, and bookies that crash or lose a connection. */
    private void race(String name) {
        trace.add("race of " + name);
        SimulatedScheduler.Machine writer = machines.get(0);
        if (random.oneIn(2)) {
            writer.pause();
            world.after(Duration.ofMillis(random.between(10, 2000)), writer::resume);
        }
        for (CrashableBookie bookie : bookies) {
            String bookieName = bookie.id().id();
            if (random.oneIn(2)) {
                network.block(writer.name(), bookieName);
                world.after(shortly(1000), () -> network.unblock(writer.name(), bookieName));
            }
            if (random.oneIn(3)) {
                network.loseNext(name, bookie.id());
            }
            if (random.oneIn(4)) {
                world.after(shortly(200), () -> crash(bookie, shortly(50)));
            }
        }
        startRecoverer(name, shortly(20));
    }

    private Duration shortly(int mostMillis) {
        return Duration.ofNanos(1000L * random.between(1, mostMillis * 1000));
    }

    private void atSomeTime(Runnable fault) {
        world.after(Duration.ofMillis(random.between(1, (int) FAULT_TIME.toMillis())), () -> {
            if (faulty) {
                fault.run();
            }
        });
    }

    private Duration someTime() {
        return Duration.ofMillis(random.oneIn(2) ? random.between(1, 6000) : random.between(1, 500));
    }

    private void crash(CrashableBookie bookie, Duration downtime) {
        bookie.chooseMoment(() -> kill(bookie, downtime));
    }

    private void kill(CrashableBookie bookie, Duration downtime) {
        trace.add("crash " + bookie.id());
        bookie.crash();
        network.detach(bookie.id());
        boolean sessionExpires = random.oneIn(2);
        if (sessionExpires) {
            registry.remove(bookie.id());
        }
        world.after(downtime, () -> restart(bookie));
    }

    private void restart(CrashableBookie bookie) {
        bookie.restart(() -> {
            trace.add("restart " + bookie.id());
            network.attach(bookie.id(), bookie);
            register(bookie.id());
        });
    }

    private void register(BookieId id) {
        registry.put(
                new BookieEndpoint(id, id.id().substring(0, id.id().indexOf(':')), 3181),
                BookieRegistration.Mode.READ_WRITE);
    }

    private void partition(String client, String bookie, boolean there, boolean back) {
        if (there) {
            network.block(client, bookie);
        }
        if (back) {
            network.block(bookie, client);
        }
        world.after(someTime(), () -> {
            network.unblock(client, bookie);
            network.unblock(bookie, client);
        });
    }

    private void heal() {
        faulty = false;
        metadataDown = false;
        network.heal();
        machines.forEach(SimulatedScheduler.Machine::resume);
        for (CrashableBookie bookie : bookies) {
            bookie.readErrorOneIn(0);
            bookie.syncMicrosMax(2000);
            bookie.resume();
            restart(bookie);
        }
    }

    // ---- the end ----

    private void recoverAndReadAll() {
        if (ledgerId < 0) {
            return;
        }
        SimulatedScheduler.Machine machine = machine("auditor");
        List<LedgerReader> opened = new ArrayList<>();
        recover(machine, client(machine), opened::add);
        History.check(world.runUntil(() -> !opened.isEmpty(), HEALING_TIME), "no recovery after healing");
        LedgerReader reader = opened.get(0);
        long last = reader.lastAddConfirmed();
        history.closed(last, reader.length());
        if (last < 0) {
            return;
        }
        CompletableFuture<List<LedgerEntry>> all = reader.read(0, last);
        History.check(world.runUntil(all::isDone, HEALING_TIME), "no end of reading after healing");
        List<LedgerEntry> entries = all.join();
        for (int i = 0; i < entries.size(); i++) {
            checkRead(entries.get(i), i);
        }
        History.check(entries.size() == last + 1, "read " + entries.size() + " entries of " + (last + 1));
        // Zombies get their chance.
        world.run(Duration.ofSeconds(5));
        if (bookies.get(0).isMachine()) {
            cutAllPower();
        }
    }

    /** All bookies lose power at once; what they hold afterwards is what was written. */
    private void cutAllPower() {
        bookies.forEach(b -> kill(b, Duration.ofMillis(100)));
        world.run(Duration.ofSeconds(2));
        for (CrashableBookie bookie : bookies) {
            for (int entryId = 0; entryId < history.submittedCount(); entryId++) {
                checkPayload(bookie, entryId, bookie.durableEntry(ledgerId, entryId));
            }
        }
    }

    private void checkPayload(CrashableBookie bookie, long entryId, byte @Nullable [] stored) {
        if (stored != null) {
            byte[] payload = Arrays.copyOfRange(stored, EntryHeader.LENGTH + CRC_BYTES, stored.length);
            History.check(
                    Arrays.equals(payload, history.payload(entryId)),
                    bookie.id() + " holds entry " + entryId + " with bytes that nobody wrote");
        }
    }

    // ---- what must always hold ----

    private void checkWhatMustAlwaysHold() {
        Versioned<LedgerMetadata> stored = ledgerId < 0 ? null : store.peek(ledgerId);
        if (stored == null) {
            return;
        }
        long durable = 0;
        for (CrashableBookie bookie : bookies) {
            durable += bookie.durableChanges();
        }
        boolean changed =
                durable != checkedDurable || history.lastAcked() != checkedAcked || stored.version() != checkedVersion;
        if (changed) {
            checkedDurable = durable;
            checkedAcked = history.lastAcked();
            checkedVersion = stored.version();
            checkMetadata(stored.value());
            // What a recovery closed in counts like what the writer acknowledged.
            long lastPromised = stored.value().isClosed() ? stored.value().lastEntryId() : history.lastAcked();
            for (long entryId = 0; entryId <= lastPromised; entryId++) {
                checkDurable(stored.value(), entryId);
            }
        }
    }

    private void checkMetadata(LedgerMetadata now) {
        LedgerMetadata before = lastMetadata;
        if (before != null && !before.equals(now)) {
            trace.add("metadata " + now.state() + " " + now.fragments());
            History.check(!before.isClosed(), "closed ledger changed from " + before + " to " + now);
            History.check(
                    now.state().compareTo(before.state()) >= 0,
                    "state went back from " + before.state() + " to " + now.state());
            History.check(
                    before.state() != LedgerState.IN_RECOVERY || now.isClosed(),
                    "metadata changed during recovery to " + now);
        }
        lastMetadata = now;
        for (LedgerFragment fragment : now.fragments()) {
            History.check(
                    new HashSet<>(fragment.ensemble()).size()
                            == fragment.ensemble().size(),
                    "a bookie stands twice in " + fragment);
        }
        if (now.isClosed()) {
            history.closed(now.lastEntryId(), now.length());
        }
    }

    private void checkDurable(LedgerMetadata metadata, long entryId) {
        LedgerFragment fragment = metadata.fragmentOf(entryId);
        WriteSet writeSet = quorum.writeSet(entryId);
        int copies = 0;
        for (int i = 0; i < writeSet.size() && copies < quorum.ackQuorum(); i++) {
            BookieId member = fragment.ensemble().get(writeSet.member(i));
            for (CrashableBookie bookie : bookies) {
                if (bookie.id().equals(member)) {
                    byte[] stored = bookie.durableEntry(ledgerId, entryId);
                    checkPayload(bookie, entryId, stored);
                    copies += stored == null ? 0 : 1;
                }
            }
        }
        History.check(
                copies >= quorum.ackQuorum(),
                "promised entry " + entryId + " is durable at " + copies + " of " + quorum + " in " + fragment);
    }

    private interface Then<T> {
        void run(@Nullable T value, @Nullable Throwable failure);
    }

    /** A violation in a continuation must end the run, not vanish in a future. */
    private <T> void then(CompletableFuture<T> future, Then<T> then) {
        var unused = future.whenComplete((value, failure) -> {
            try {
                then.run(value, failure);
            } catch (Throwable t) {
                world.afterNanos(0, () -> {
                    throw new AssertionError(t.getMessage(), t);
                });
            }
        });
    }
}
