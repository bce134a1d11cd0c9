package io.dlog.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.ledger.BookieId;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.protocol.WireVersion;
import io.dlog.time.SystemClock;
import io.dlog.time.SystemRandomness;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import org.jspecify.annotations.Nullable;

/** The table agrees with a plain list that is searched from its oldest end. */
class InFlightRequestsProperties {
    private static final int IN_FLIGHT_MAX = 20;

    private final EventLoop loop = new DefaultEventLoop();

    /** One thing done to the table: an answer arrives, time passes, or a request is sent. */
    record Step(What what, long ledgerId, long entryId, long nanos) {
        enum What {
            SEND,
            ANSWER,
            EXPIRE
        }
    }

    @AfterProperty
    void endLoop() {
        var unused = loop.shutdownGracefully();
    }

    @Property(tries = 500)
    void findsTheOldestRequestOfAnAnswer(@ForAll WireVersion version, @ForAll("steps") List<Step> steps) {
        InFlightRequests table = new InFlightRequests(version, IN_FLIGHT_MAX);
        List<InFlightRequest> model = new ArrayList<>();
        for (Step step : steps) {
            switch (step.what) {
                case SEND -> {
                    assertThat(table.isFull()).isEqualTo(model.size() == IN_FLIGHT_MAX);
                    if (!table.isFull()) {
                        InFlightRequest sent = request(version, step);
                        table.add(sent);
                        model.add(sent);
                    }
                }
                case ANSWER -> {
                    InFlightRequest expected = model.stream()
                            .filter(r -> version == WireVersion.V3
                                    ? r.requestId == step.entryId
                                    : r.keyHigh == step.ledgerId && r.keyLow == step.entryId)
                            .findFirst()
                            .orElse(null);
                    assertThat(table.remove(answer(step))).isSameAs(expected);
                    model.remove(expected);
                }
                case EXPIRE -> {
                    List<InFlightRequest> expected = model.stream()
                            .filter(r -> r.deadlineNanos <= step.nanos)
                            .toList();
                    assertThat(list(table.removeExpired(step.nanos))).containsExactlyInAnyOrderElementsOf(expected);
                    model.removeAll(expected);
                }
            }
            assertThat(table.count()).isEqualTo(model.size());
        }
        assertThat(list(table.removeAll())).containsExactlyInAnyOrderElementsOf(model);
        assertThat(table.count()).isZero();
    }

    private static List<InFlightRequest> list(@Nullable InFlightRequest first) {
        List<InFlightRequest> all = new ArrayList<>();
        for (InFlightRequest r = first; r != null; r = r.next) {
            all.add(r);
        }
        return all;
    }

    private InFlightRequest request(WireVersion version, Step step) {
        Request request = new Request.Read(step.entryId, step.ledgerId, step.entryId, null, Request.Priority.NORMAL);
        return new InFlightRequest(
                connection(version),
                request,
                NOBODY,
                InFlightRequests.keyHigh(version, request),
                InFlightRequests.keyLow(version, request),
                step.nanos);
    }

    private static final ResponseHandler NOBODY = new ResponseHandler() {
        @Override
        public void onResponse(Response response) {
            throw new AssertionError("nobody asked: " + response);
        }

        @Override
        public void onFailure(ConnectionFailure failure) {
            throw new AssertionError("nobody asked: " + failure);
        }
    };

    private WireConnection connection(WireVersion version) {
        return new WireConnection(
                new BookieId("bookie"),
                version,
                TransportConfig.defaults(),
                new BookieAddresses(id -> new CompletableFuture<>()),
                loop,
                SystemClock.INSTANCE,
                SystemRandomness.INSTANCE);
    }

    private static Response answer(Step step) {
        return new Response.Entry(
                step.entryId, StatusCode.NO_ENTRY, step.ledgerId, step.entryId, null, Response.UNSET, Response.UNSET);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of(Step.What.SEND, Step.What.SEND, Step.What.ANSWER, Step.What.EXPIRE),
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.longs().between(0, 5),
                        Arbitraries.longs().between(0, 100))
                .as(Step::new)
                .list()
                .ofMaxSize(100);
    }
}
