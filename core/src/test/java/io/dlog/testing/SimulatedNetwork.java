package io.dlog.testing;

import io.dlog.concurrent.Lane;
import io.dlog.ledger.BookieId;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.transport.BookieConnection;
import io.dlog.transport.BookieConnections;
import io.dlog.transport.ConnectionFailure;
import io.dlog.transport.ResponseHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Wires between clients and bookies, as TCP makes them: in order on one connection, in any order between connections,
 * late, held up by partitions, and broken off with nobody knowing what arrived.
 *
 * <pre>
 *   client --request, delay--> bookie --reply, delay--> client
 *            blocked: held until healed                   (each direction on its own)
 *            broken: the client hears DISCONNECTED, what was under way may still arrive
 * </pre>
 *
 * <p>Messages are copied when sent, so that a buffer used after its release or changed under way shows.
 *
 * <p>Thread: owned by the simulation's thread.
 */
public final class SimulatedNetwork {
    private static final long CONNECT_FAILURE_NANOS = 500_000;

    /** How much later than its client a bookie learns that a connection is gone. */
    private static final long HANG_UP_NANOS = 3_000_000;

    private final SimulatedScheduler world;
    private final SimulatedRandomness random;
    private final SimulatedTrace trace;
    private final Map<BookieId, SimulatedBookie> bookies = new HashMap<>();
    private final Map<String, Connection> connections = new TreeMap<>();
    private final Set<String> blocked = new TreeSet<>();
    private final Set<String> losing = new TreeSet<>();
    private final List<Runnable> held = new ArrayList<>();
    private int delayMicrosMax = 1000;
    private int slowOneIn;
    private int breakOneIn;

    public SimulatedNetwork(SimulatedScheduler world, SimulatedRandomness random, SimulatedTrace trace) {
        this.world = world;
        this.random = random;
        this.trace = trace;
    }

    /** Longest normal delay of one message. */
    public void delayMicrosMax(int micros) {
        delayMicrosMax = micros;
    }

    /** One message in so many takes up to a thousand times as long; 0 none. */
    public void slowOneIn(int n) {
        slowOneIn = n;
    }

    /** One message in so many breaks its connection; 0 none. */
    public void breakOneIn(int n) {
        breakOneIn = n;
    }

    /** Puts a bookie at its end of the wires. */
    public void attach(BookieId id, SimulatedBookie bookie) {
        bookies.put(id, bookie);
    }

    /** Takes a bookie away: its connections break, new ones fail. */
    public void detach(BookieId id) {
        bookies.remove(id);
        for (Connection connection : connections.values()) {
            if (connection.bookie.equals(id)) {
                connection.breakOff();
            }
        }
    }

    /** Holds up what one node sends to another. */
    public void block(String from, String to) {
        trace.add("block " + from + " -> " + to);
        blocked.add(from + ">" + to);
    }

    /** Lets one direction through again. */
    public void unblock(String from, String to) {
        trace.add("unblock " + from + " -> " + to);
        blocked.remove(from + ">" + to);
        releaseHeld();
    }

    /** Ends all partitions and all faults of messages. */
    public void heal() {
        trace.add("heal");
        blocked.clear();
        losing.clear();
        slowOneIn = 0;
        breakOneIn = 0;
        releaseHeld();
    }

    private void releaseHeld() {
        List<Runnable> all = List.copyOf(held);
        held.clear();
        all.forEach(Runnable::run);
    }

    /** Breaks the connection between two nodes, if there is one. */
    public void disconnect(String client, BookieId bookie) {
        Connection connection = connections.get(client + ">" + bookie);
        if (connection != null) {
            connection.breakOff();
        }
    }

    /** Loses the next message from a client to a bookie, and its connection with it. */
    public void loseNext(String client, BookieId bookie) {
        losing.add(client + ">" + bookie);
    }

    /** The wires of one client. */
    public BookieConnections connectionsOf(SimulatedScheduler.Machine client) {
        return new BookieConnections() {
            @Override
            public BookieConnection to(BookieId bookie) {
                return connections.computeIfAbsent(client.name() + ">" + bookie, key -> new Connection(client, bookie));
            }

            @Override
            public void close() {
                connections.values().stream()
                        .filter(c -> c.clientName.equals(client.name()))
                        .forEach(Connection::breakOff);
            }
        };
    }

    private long delayNanos() {
        long delay = 1000L * (1 + random.nextInt(delayMicrosMax));
        return random.oneIn(slowOneIn) ? delay * (1 + random.nextInt(1000)) : delay;
    }

    /** One client's way to one bookie. Thread: owned by the simulation's thread. */
    private final class Connection implements BookieConnection {
        private final String clientName;
        private final BookieId bookie;
        private final Lane io;
        private final Map<Long, ResponseHandler> unanswered = new TreeMap<>();
        private long lastRequestId;
        private long epoch;
        private @Nullable SimulatedBookie listener;
        private @Nullable SimulatedBookie far;
        private long lastThere;
        private long lastBack;

        Connection(SimulatedScheduler.Machine client, BookieId bookie) {
            this.clientName = client.name();
            this.bookie = bookie;
            this.io = client.blockingLane("io-" + bookie);
        }

        @Override
        public BookieId bookie() {
            return bookie;
        }

        @Override
        public long nextRequestId() {
            return ++lastRequestId;
        }

        @Override
        public void send(Request request, ResponseHandler handler, long timeoutMillis) {
            long id = request.requestId();
            if (unanswered.put(id, handler) != null) {
                throw new AssertionError("request id " + id + " is used twice on " + clientName + ">" + bookie);
            }
            Request sent = copied(request);
            world.after(Duration.ofMillis(timeoutMillis), () -> fail(id, ConnectionFailure.TIMEOUT));
            long sentIn = epoch;
            SimulatedBookie connected = connected();
            lastThere = Math.max(lastThere + 1, world.clock().nanoTime() + delayNanos());
            world.afterNanos(lastThere - world.clock().nanoTime(), () -> arrive(sent, sentIn, connected));
            if (random.oneIn(breakOneIn)) {
                world.afterNanos(delayNanos(), this::breakOff);
            }
        }

        private void arrive(Request request, long sentIn, @Nullable SimulatedBookie connected) {
            if (losing.remove(clientName + ">" + bookie)) {
                breakOff();
                return;
            }
            if (sentIn != epoch && random.oneIn(2)) {
                // Went down with its connection; requests on the next connection may arrive all the same.
                return;
            }
            if (blocked.contains(clientName + ">" + bookie)) {
                held.add(() -> world.afterNanos(delayNanos(), () -> arrive(request, sentIn, connected)));
                return;
            }
            SimulatedBookie there = bookies.get(bookie);
            if (there == null) {
                world.afterNanos(
                        CONNECT_FAILURE_NANOS, () -> fail(request.requestId(), ConnectionFailure.NOT_CONNECTED));
                return;
            }
            trace.add(clientName + " -> " + bookie + " " + describe(request));
            SimulatedBookie reached = connected == null ? connected() : connected;
            if (reached != null) {
                reached.handle(request, response -> sendBack(response, sentIn));
            }
        }

        /** The other end; null when nobody listens there. */
        private @Nullable SimulatedBookie connected() {
            SimulatedBookie there = bookies.get(bookie);
            if (far == null || listener != there) {
                listener = there;
                far = there == null ? null : there.connect();
            }
            return far;
        }

        private void hangUp() {
            SimulatedBookie gone = far;
            if (gone != null && gone != listener) {
                world.afterNanos(HANG_UP_NANOS, gone::disconnect);
            }
            far = null;
        }

        private void sendBack(Response response, long sentIn) {
            Response sent = copied(response);
            lastBack = Math.max(lastBack + 1, world.clock().nanoTime() + delayNanos());
            world.afterNanos(lastBack - world.clock().nanoTime(), () -> arriveBack(sent, sentIn));
        }

        private void arriveBack(Response response, long sentIn) {
            if (sentIn != epoch) {
                return;
            }
            if (blocked.contains(bookie + ">" + clientName)) {
                held.add(() -> world.afterNanos(delayNanos(), () -> arriveBack(response, sentIn)));
                return;
            }
            ResponseHandler handler = unanswered.remove(response.requestId());
            if (handler != null) {
                trace.add(bookie + " -> " + clientName + " " + describe(response));
                io.execute(() -> handler.onResponse(response));
            }
        }

        private void fail(long requestId, ConnectionFailure failure) {
            ResponseHandler handler = unanswered.remove(requestId);
            if (handler != null) {
                trace.add(clientName + " x " + bookie + " " + requestId + " " + failure);
                io.execute(() -> handler.onFailure(failure));
            }
        }

        void breakOff() {
            epoch++;
            hangUp();
            List.copyOf(unanswered.keySet()).forEach(id -> fail(id, ConnectionFailure.DISCONNECTED));
        }
    }

    private static String describe(Request request) {
        if (request instanceof Request.Add a) {
            return "add " + a.requestId() + " entry=" + a.entryId() + " flags=" + a.flags();
        }
        if (request instanceof Request.Read r) {
            return "read " + r.requestId() + " entry=" + r.entryId() + (r.fenceKey() == null ? "" : " fence");
        }
        return request.kind() + " " + request.requestId();
    }

    private static String describe(Response response) {
        if (response instanceof Response.Entry e) {
            return "entry " + e.requestId() + " " + e.status() + " entry=" + e.entryId() + " lac=" + e.maxLac();
        }
        return response.getClass().getSimpleName() + " " + response.requestId() + " " + response.status();
    }

    private static Request copied(Request request) {
        if (request instanceof Request.Add a) {
            return new Request.Add(
                    a.requestId(), a.ledgerId(), a.entryId(), a.masterKey(), moved(a.entry()), a.flags());
        }
        if (request instanceof Request.WriteLac w) {
            return new Request.WriteLac(w.requestId(), w.ledgerId(), w.lac(), w.masterKey(), moved(w.body()));
        }
        return request;
    }

    private static Response copied(Response response) {
        if (response instanceof Response.Entry e) {
            return new Response.Entry(
                    e.requestId(),
                    e.status(),
                    e.ledgerId(),
                    e.entryId(),
                    movedIfAny(e.entry()),
                    e.maxLac(),
                    e.lacUpdateMillis());
        }
        if (response instanceof Response.Lac l) {
            return new Response.Lac(
                    l.requestId(), l.status(), l.ledgerId(), movedIfAny(l.explicitLac()), movedIfAny(l.lastEntry()));
        }
        if (response instanceof Response.Entries e) {
            return new Response.Entries(
                    e.requestId(),
                    e.status(),
                    e.ledgerId(),
                    e.firstEntryId(),
                    e.entries().stream().map(SimulatedNetwork::moved).toList());
        }
        return response;
    }

    private static @Nullable ByteBuf movedIfAny(@Nullable ByteBuf buffer) {
        return buffer == null ? null : moved(buffer);
    }

    /** A copy that nobody has to release; the original is. */
    private static ByteBuf moved(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        buffer.release();
        return Unpooled.wrappedBuffer(bytes);
    }
}
