package io.dlog.bookie.testing;

import io.dlog.bookie.journal.JournalConfig;
import io.dlog.bookie.journal.LogBufferConfig;
import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.server.EmbeddedServer;
import io.dlog.bookie.storage.JournaledLedgerStorage;
import io.dlog.bookie.storage.StorageConfig;
import io.dlog.bookie.testing.SimulatedFileSystem.Fault;
import io.dlog.client.ClientConfig;
import io.dlog.ledger.BookieId;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.testing.CrashableBookie;
import io.dlog.testing.SimulatedBookie;
import io.dlog.testing.SimulatedRandomness;
import io.dlog.testing.SimulatedScheduler;
import io.dlog.testing.SimulatedTrace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The production bookie from its server's connections down to journal, entry logs and index, on a simulated disk that loses
 * power and on threads that the simulation runs.
 *
 * <p>What is durable is found out the hard way: the disk is copied as if the power had gone now, a second storage is opened
 * on the copy, and all that this bookie ever acknowledged must be in it. The same is done after each real crash.
 *
 * <p>Thread: owned by the simulation's thread.
 */
public final class SimulatedProductionBookie implements CrashableBookie {
    private static final Path JOURNAL = Path.of("/journal");
    private static final Path LEDGERS = Path.of("/ledgers");
    private static final int LEDGERS_IN_HAND = 100;
    private static final int WRITE_MICROS_MAX = 2000;

    private final BookieId id;
    private final SimulatedScheduler world;
    private final SimulatedRandomness random;
    private final SimulatedTrace trace;
    private final BookieFlaw flaw;
    private final StorageConfig config;
    private final Promises promises = new Promises();
    private final SimulatedIndexStore.Disk indexes = new SimulatedIndexStore.Disk();
    private SimulatedFileSystem files = new SimulatedFileSystem();
    private @Nullable Run process;
    private boolean isStarting;
    private int incarnation;
    private long writeMicrosMax = WRITE_MICROS_MAX;
    private int readErrorOneIn;
    private WireVersion version = WireVersion.V3;
    private @Nullable Runnable kill;
    private long durableChanges;

    private Map<Promises.Key, byte[]> audited = Map.of();
    private long auditedOperations = -1;

    /** One run, from start to crash. Thread: owned by the simulation's thread. */
    private record Run(
            MachineLanes lanes,
            UnreliableStorage storage,
            EmbeddedServer server,
            List<EmbeddedConnection> connections) {}

    /** A factory of bookies with a planted bug, or none. */
    public static CrashableBookie.Factory with(BookieFlaw flaw) {
        return (id, world, random, trace) -> new SimulatedProductionBookie(id, world, random, trace, flaw);
    }

    private SimulatedProductionBookie(
            BookieId id, SimulatedScheduler world, SimulatedRandomness random, SimulatedTrace trace, BookieFlaw flaw) {
        this.id = id;
        this.world = world;
        this.random = random;
        this.trace = trace;
        this.flaw = flaw;
        this.config = config(random);
        try {
            process = start();
        } catch (IOException e) {
            throw new AssertionError("no start on empty disks", e);
        }
    }

    private static StorageConfig config(SimulatedRandomness random) {
        List<Path> directories = random.oneIn(2) ? List.of(LEDGERS) : List.of(LEDGERS, LEDGERS.resolve("b"));
        return new StorageConfig(
                new JournalConfig(JOURNAL, 64 << 10, 32 << 10, random.nextInt(2)),
                directories,
                directories,
                new LogBufferConfig(64 << 10, 16 << 10),
                Duration.ofMillis(random.oneIn(2) ? random.between(50, 1000) : random.between(1000, 8000)),
                (random.oneIn(2) ? 8 : 64) << 10);
    }

    @Override
    public BookieId id() {
        return id;
    }

    @Override
    public void speak(WireVersion spoken) {
        version = spoken;
    }

    @Override
    public boolean isMachine() {
        return true;
    }

    @Override
    public SimulatedBookie connect() {
        Run now = process;
        if (now == null) {
            throw new AssertionError("connected to a bookie that is down: " + id);
        }
        EmbeddedConnection.Host host =
                new EmbeddedConnection.Host(now.lanes().lane(0), world.clock(), random.split(), promises, flaw);
        EmbeddedConnection connection = new EmbeddedConnection(now.server().connect(), host, version);
        now.connections().add(connection);
        return connection;
    }

    @Override
    public void handle(Request request, Consumer<Response> reply) {
        connect().handle(request, reply);
    }

    // ---- life and death ----

    private Run start() throws IOException {
        MachineLanes lanes = new MachineLanes(world, random.split(), this::afterEachTask);
        lanes.writeMicrosMax(writeMicrosMax);
        JournaledLedgerStorage opened = open(files, indexes, lanes);
        if (files.isOff()) {
            throw new IOException("power is lost at the end of the start");
        }
        UnreliableStorage storage = new UnreliableStorage(opened, random.split(), flaw);
        storage.readErrorOneIn(readErrorOneIn);
        EmbeddedServer server = new EmbeddedServer(storage, new HostedLedgers(storage, LEDGERS_IN_HAND), lanes);
        promises.checkAgainst(opened, id + " after a start");
        return new Run(lanes, storage, server, new ArrayList<>());
    }

    private JournaledLedgerStorage open(
            SimulatedFileSystem disk, SimulatedIndexStore.Disk indexDisk, MachineLanes lanes) throws IOException {
        if (flaw == BookieFlaw.REPLAY_SKIPS_LAST_BATCH) {
            eraseLastBatch(disk);
        }
        SimulatedRandomness fate = random.split();
        return JournaledLedgerStorage.open(
                new FlawedFileSystem(disk, LEDGERS, flaw),
                indexDisk.on(disk, batch -> fate.oneIn(2)),
                config,
                lanes,
                random.split());
    }

    private static void eraseLastBatch(SimulatedFileSystem disk) throws IOException {
        List<Path> journals = disk.list(JOURNAL);
        if (journals.isEmpty()) {
            return;
        }
        Path last = journals.get(journals.size() - 1);
        byte[] content = disk.content(last);
        int block = SimulatedFileSystem.BLOCK_BYTES;
        for (int at = content.length - block; at >= block; at -= block) {
            for (int i = at; i < at + block; i++) {
                if (content[i] != 0) {
                    disk.corrupt(last, at, new byte[block]);
                    return;
                }
            }
        }
    }

    private void afterEachTask() {
        Runnable waiting = kill;
        if (files.isOff() && waiting != null) {
            waiting.run();
            return;
        }
        Run now = process;
        if (now != null) {
            now.connections().forEach(EmbeddedConnection::pumpIfBusy);
        }
    }

    @Override
    public void chooseMoment(Runnable whenChosen) {
        if (process == null || kill != null || random.oneIn(2)) {
            whenChosen.run();
            return;
        }
        int chosenIn = incarnation;
        Runnable once = () -> {
            kill = null;
            if (chosenIn == incarnation) {
                whenChosen.run();
            }
        };
        kill = once;
        files.failAt(1 + random.nextInt(8), Fault.POWER_LOSS);
        world.after(Duration.ofMillis(random.between(1, 200)), () -> {
            if (kill == once) {
                once.run();
            }
        });
    }

    @Override
    public void crash() {
        isStarting = false;
        incarnation++;
        Run gone = process;
        if (gone == null) {
            return;
        }
        process = null;
        kill = null;
        gone.lanes().kill();
        gone.connections().forEach(EmbeddedConnection::kill);
        losePower();
    }

    private void losePower() {
        files = files.crash(random.nextLong());
        auditedOperations = -1;
        durableChanges++;
    }

    @Override
    public void restart(Runnable whenServing) {
        if (process != null) {
            whenServing.run();
        } else if (!isStarting) {
            isStarting = true;
            int startedIn = incarnation;
            world.after(Duration.ofMillis(random.between(1, 200)), () -> {
                if (isStarting && startedIn == incarnation) {
                    isStarting = false;
                    startOrTryAgain(whenServing);
                }
            });
        }
    }

    private void startOrTryAgain(Runnable whenServing) {
        long faultAt = Long.MAX_VALUE;
        if (random.oneIn(4)) {
            int operations = random.between(1, 30);
            files.failAt(operations, random.oneIn(2) ? Fault.POWER_LOSS : Fault.ERROR);
            faultAt = files.operations() + operations;
        }
        try {
            process = start();
        } catch (IOException e) {
            if (files.operations() < faultAt) {
                throw new AssertionError(id + " does not start after a crash", e);
            }
            trace.add("start of " + id + " failed: " + e.getMessage());
            losePower();
            restart(whenServing);
            return;
        }
        files.failAt(1, Fault.NONE);
        durableChanges++;
        whenServing.run();
    }

    // ---- faults ----

    @Override
    public void syncMicrosMax(long micros) {
        writeMicrosMax = micros;
        Run now = process;
        if (now != null) {
            now.lanes().writeMicrosMax(micros);
        }
    }

    @Override
    public void readErrorOneIn(int n) {
        readErrorOneIn = n;
        Run now = process;
        if (now != null) {
            now.storage().readErrorOneIn(n);
        }
    }

    @Override
    public void failSomeWrite() {
        if (process != null && kill == null) {
            files.failAt(1 + random.nextInt(5), Fault.ERROR);
        }
    }

    @Override
    public void pause() {
        Run now = process;
        if (now != null) {
            now.lanes().pause();
        }
    }

    @Override
    public void resume() {
        Run now = process;
        if (now != null) {
            now.lanes().resume();
        }
    }

    // ---- what is on the disk ----

    @Override
    public byte @Nullable [] durableEntry(long ledgerId, long entryId) {
        Promises.Key key = new Promises.Key(ledgerId, entryId);
        byte[] known = audited.get(key);
        if (known != null && auditedOperations >= 0) {
            return known;
        }
        if (promises.wasSent(ledgerId, entryId) && auditedOperations != files.operations()) {
            audit();
        }
        return audited.get(key);
    }

    @Override
    public long durableChanges() {
        return durableChanges;
    }

    /** Reads what would be there if the power went now. */
    private void audit() {
        auditedOperations = files.operations();
        MachineLanes nobody = new MachineLanes(world, random.split(), () -> {});
        nobody.kill();
        try {
            JournaledLedgerStorage copy = open(files.ifCrashed(random.nextLong()), indexes.copy(), nobody);
            audited = new TreeMap<>(promises.checkAgainst(copy, id + " if the power went now"));
        } catch (IOException e) {
            throw new AssertionError(id + " would not start if the power went now", e);
        }
    }
}
