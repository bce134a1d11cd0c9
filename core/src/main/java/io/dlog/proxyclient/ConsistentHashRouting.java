package io.dlog.proxyclient;

import io.dlog.proxyclient.transport.ServerSetMember;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Proxies on a ring of MD5 hashes, {@link #REPLICAS} points each; a stream belongs to the first point at or after its own
 * hash.
 *
 * <pre>
 *   point of a proxy = first 8 bytes, little endian, of MD5("shard-&lt;shard&gt;-&lt;replica&gt;-&lt;host:port&gt;")
 * </pre>
 *
 * <p>Members differ by host and port; two with one shard id both have their place. Thread: safe, because a ring is never
 * changed, only replaced. Source: DistributedLog's ConsistentHashRoutingService.
 */
final class ConsistentHashRouting implements Routing {
    /** Points of each proxy; the load differs by a few percent then. */
    static final int REPLICAS = 997;

    private volatile Ring ring = new Ring(new TreeMap<>(), Set.of());

    /** A ring and the proxies on it. Thread: immutable once published. */
    private record Ring(NavigableMap<Long, Endpoint> points, Set<Endpoint> hosts) {}

    /** Replaces the proxies. */
    void update(Collection<ServerSetMember> members) {
        NavigableMap<Long, Endpoint> points = new TreeMap<>();
        Set<Endpoint> hosts = new LinkedHashSet<>();
        for (ServerSetMember member : members) {
            Endpoint host = member.thrift();
            if (hosts.add(host)) {
                for (int replica = 0; replica < REPLICAS; replica++) {
                    points.put(hash("shard-" + member.shard() + "-" + replica + "-" + host.text()), host);
                }
            }
        }
        ring = new Ring(points, Set.copyOf(hosts));
    }

    @Override
    public Optional<Endpoint> choose(String stream, Set<Endpoint> avoid) {
        Ring current = ring;
        if (current.points.isEmpty()) {
            return Optional.empty();
        }
        long start = hash(stream);
        Endpoint first = null;
        int passed = 0;
        Set<Endpoint> seen = new LinkedHashSet<>();
        for (NavigableMap<Long, Endpoint> part :
                List.of(current.points.tailMap(start, true), current.points.headMap(start, false))) {
            for (Map.Entry<Long, Endpoint> point : part.entrySet()) {
                Endpoint host = point.getValue();
                if (first == null) {
                    first = host;
                }
                if (seen.add(host)) {
                    if (!avoid.contains(host)) {
                        return Optional.of(host);
                    }
                    passed++;
                }
                if (passed == current.hosts.size()) {
                    return Optional.of(first);
                }
            }
        }
        return Optional.ofNullable(first);
    }

    @Override
    public Set<Endpoint> hosts() {
        return ring.hosts;
    }

    static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has MD5", e);
        }
    }
}
