package io.dlog.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.proxyclient.transport.ServerSetMember;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsistentHashRoutingTest {
    private static final int STREAMS = 3_000;

    private final ConsistentHashRouting routing = new ConsistentHashRouting();

    private static ServerSetMember member(int port, int shard) {
        return ServerSetMember.ofProxy("127.0.0.1", port, 9000, shard);
    }

    private static Endpoint host(int port) {
        return new Endpoint("127.0.0.1", port);
    }

    private Map<String, Endpoint> choices() {
        Map<String, Endpoint> choices = new HashMap<>();
        for (int i = 0; i < STREAMS; i++) {
            String stream = "stream-" + i;
            choices.put(stream, routing.choose(stream, Set.of()).orElseThrow());
        }
        return choices;
    }

    @Test
    void hashesAreTheFirstEightBytesOfMd5LittleEndian() {
        // MD5("") is d41d8cd98f00b204 e9800998ecf8427e.
        assertThat(ConsistentHashRouting.hash("")).isEqualTo(0x04b2008fd98c1dd4L);
        // MD5("abc") is 900150983cd24fb0 d6963f7d28e17f72.
        assertThat(ConsistentHashRouting.hash("abc")).isEqualTo(0xb04fd23c98500190L);
    }

    @Test
    void withoutProxiesThereIsNoChoice() {
        assertThat(routing.choose("s", Set.of())).isEmpty();
        assertThat(routing.hosts()).isEmpty();
    }

    @Test
    void theLoadIsSpreadAndAProxyThatLeavesMovesItsStreamsAlone() {
        routing.update(List.of(member(4181, 1), member(4182, 2), member(4183, 3)));
        Map<String, Endpoint> before = choices();
        for (int port = 4181; port <= 4183; port++) {
            Endpoint host = host(port);
            assertThat(before.values().stream().filter(host::equals).count())
                    .as("streams of %s", host.text())
                    .isBetween(STREAMS / 4L, STREAMS * 5L / 12);
        }

        routing.update(List.of(member(4181, 1), member(4183, 3)));
        choices().forEach((stream, host) -> {
            Endpoint earlier = before.get(stream);
            assertThat(earlier).as(stream).isIn(host, host(4182));
        });
    }

    @Test
    void anotherOrderOfMembersChoosesTheSame() {
        List<ServerSetMember> members = new ArrayList<>(List.of(member(4181, 1), member(4182, 2), member(4183, 3)));
        routing.update(members);
        Map<String, Endpoint> choices = choices();
        java.util.Collections.reverse(members);
        routing.update(members);
        assertThat(choices()).isEqualTo(choices);
    }

    @Test
    void aHostToAvoidIsTakenOnlyWhenThereIsNoOther() {
        routing.update(List.of(member(4181, 1), member(4182, 2)));
        Endpoint first = routing.choose("s", Set.of()).orElseThrow();
        Endpoint second = routing.choose("s", Set.of(first)).orElseThrow();
        assertThat(second).isNotEqualTo(first);
        assertThat(routing.choose("s", Set.of(first, second))).contains(first);
    }

    @Test
    void twoProxiesOfOneShardAreTwoProxies() {
        routing.update(List.of(member(4181, 1), member(4182, 1)));
        assertThat(routing.hosts()).containsExactlyInAnyOrder(host(4181), host(4182));
        assertThat(choices().values()).contains(host(4181), host(4182));
    }
}
