package io.dlog.proxyclient.transport;

import java.util.Map;

/**
 * A proxy as it announces itself. Thread: immutable.
 *
 * @param service where it serves
 * @param additionalEndpoints where else, by name, such as that of the thrift service or the stats port
 * @param status such as {@code ALIVE}
 * @param shard {@code -1} when it has none
 */
public record ServerSetMember(Endpoint service, Map<String, Endpoint> additionalEndpoints, String status, int shard) {
    /** The status of a member that takes requests. */
    public static final String ALIVE = "ALIVE";

    public ServerSetMember {
        additionalEndpoints = Map.copyOf(additionalEndpoints);
    }

    /** A host and a port. */
    public record Endpoint(String host, int port) {
        public Endpoint {
            if (host.isEmpty() || port < 0 || port > 65535) {
                throw new IllegalArgumentException("not an endpoint: '" + host + "' port " + port);
            }
        }

        /** {@code host:port}. */
        public String text() {
            return host + ":" + port;
        }
    }

    /** A write proxy's announcement: where it serves under the four names that clients ask for. */
    public static ServerSetMember ofProxy(String host, int port, int statsPort, int shard) {
        Endpoint service = new Endpoint(host, port);
        Endpoint stats = new Endpoint(host, statsPort);
        return new ServerSetMember(
                service, Map.of("aurora", stats, "stats", stats, "service", service, "thrift", service), ALIVE, shard);
    }

    /** Where clients send requests: the endpoint named {@code thrift}, or the service's own. */
    public Endpoint thrift() {
        return additionalEndpoints.getOrDefault("thrift", service);
    }
}
