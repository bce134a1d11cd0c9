package io.dlog.proxyclient;

import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What the client last heard about who owns which stream. It may be wrong; the proxy then says who does.
 *
 * <p>Thread: safe, because it is one concurrent map.
 */
final class OwnershipCache {
    private final int streamsMax;
    private final ConcurrentMap<String, Endpoint> owners = new ConcurrentHashMap<>();

    /** @param streamsMax streams kept; when met, a new one is not remembered and is routed by hash each time */
    OwnershipCache(int streamsMax) {
        this.streamsMax = streamsMax;
    }

    Optional<Endpoint> owner(String stream) {
        return Optional.ofNullable(owners.get(stream));
    }

    void put(String stream, Endpoint owner) {
        if (owners.containsKey(stream) || owners.size() < streamsMax) {
            owners.put(stream, owner);
        }
    }

    /** Forgets an owner, unless another one is known by now. */
    void remove(String stream, Endpoint owner) {
        owners.remove(stream, owner);
    }

    /** Forgets all that a proxy owns, for it is gone. */
    void removeAll(Endpoint owner) {
        owners.values().removeIf(owner::equals);
    }

    int size() {
        return owners.size();
    }
}
