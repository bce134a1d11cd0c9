package io.dlog.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.Versioned;
import io.dlog.placement.RandomPlacement;
import io.dlog.testing.InMemoryBookieRegistry;
import io.dlog.testing.InMemoryLedgerIds;
import io.dlog.testing.InMemoryLedgerMetadataStore;
import io.dlog.testing.ModelBookie;
import io.dlog.testing.SimulatedNetwork;
import io.dlog.testing.SimulatedRandomness;
import io.dlog.testing.SimulatedScheduler;
import io.dlog.testing.SimulatedTrace;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A simulated cluster without faults of its own, for tests of single behaviours. Thread: owned by the test. */
final class SimulatedLedgers {
    static final byte[] PASSWORD = "pw".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);

    final SimulatedScheduler world = new SimulatedScheduler(new SimulatedRandomness(1));
    final SimulatedNetwork network =
            new SimulatedNetwork(world, new SimulatedRandomness(2), new SimulatedTrace(world.clock()));
    final InMemoryBookieRegistry registry = new InMemoryBookieRegistry();
    final InMemoryLedgerMetadataStore store = new InMemoryLedgerMetadataStore();
    final List<ModelBookie> bookies = new ArrayList<>();
    private final InMemoryLedgerIds ids = new InMemoryLedgerIds();

    SimulatedLedgers(int bookieCount) {
        for (int i = 0; i < bookieCount; i++) {
            addBookie();
        }
    }

    ModelBookie addBookie() {
        BookieId id = registry.add("bookie" + bookies.size(), 3181);
        ModelBookie bookie = new ModelBookie(id, world, new SimulatedRandomness(3), ModelBookie.Flaw.NONE);
        bookies.add(bookie);
        network.attach(id, bookie);
        return bookie;
    }

    ModelBookie bookie(BookieId id) {
        return bookies.stream().filter(b -> b.id().equals(id)).findFirst().orElseThrow();
    }

    QuorumLedgerClient client(String name, ClientConfig config) {
        SimulatedScheduler.Machine machine = world.machine(name);
        return new QuorumLedgerClient(
                machine,
                network.connectionsOf(machine),
                store,
                ids,
                new RandomPlacement(registry, new SimulatedRandomness(4)),
                new SimulatedRandomness(5),
                config);
    }

    /** A ledger's metadata as stored. */
    Versioned<LedgerMetadata> stored(long ledgerId) {
        Versioned<LedgerMetadata> found = store.peek(ledgerId);
        if (found == null) {
            throw new AssertionError("no ledger " + ledgerId);
        }
        return found;
    }

    LedgerWriter create(LedgerClient client, int ensembleSize, int writeQuorum, int ackQuorum) {
        return await(
                client.create(CreateOptions.of(ensembleSize, writeQuorum, ackQuorum, DigestType.CRC32C, PASSWORD)));
    }

    CompletableFuture<Long> add(LedgerWriter writer, String data) {
        return writer.add(Unpooled.copiedBuffer(data, StandardCharsets.UTF_8));
    }

    <T> T await(CompletableFuture<T> future) {
        assertThat(world.runUntil(future::isDone, LONG_ENOUGH)).as("completes").isTrue();
        return future.join();
    }

    LedgerException failureOf(CompletableFuture<?> future) {
        assertThat(world.runUntil(future::isDone, LONG_ENOUGH)).as("completes").isTrue();
        try {
            future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LedgerException reason) {
                return reason;
            }
            throw e;
        }
        throw new AssertionError("did not fail");
    }

    static String text(LedgerEntry entry) {
        String text = new String(entry.copyData(), StandardCharsets.UTF_8);
        entry.close();
        return text;
    }
}
