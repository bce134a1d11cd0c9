package io.dlog.proxyclient;

import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.util.Optional;
import java.util.Set;

/** Which proxy to ask about a stream that nobody is known to own. Thread: safe. */
interface Routing {
    /**
     * A proxy for a stream.
     *
     * @param avoid proxies not to name as long as there is another
     */
    Optional<Endpoint> choose(String stream, Set<Endpoint> avoid);

    /** All proxies that are known. */
    Set<Endpoint> hosts();
}
