package io.dlog.proxyclient;

import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Where write proxies are found, as Finagle writes it.
 *
 * <pre>
 *   zk!127.0.0.1:2181!/messaging/distributedlog/mynamespace/.write_proxy
 *   inet!127.0.0.1:4181[,127.0.0.1:4182]            the "inet!" may be left out
 * </pre>
 *
 * <p>Thread: immutable.
 */
public sealed interface ProxyName {
    /** A server set in ZooKeeper. */
    record ZooKeeper(String servers, String path) implements ProxyName {}

    /** A fixed list of proxies. */
    record Hosts(List<Endpoint> hosts) implements ProxyName {
        public Hosts {
            hosts = List.copyOf(hosts);
        }
    }

    /** Reads a name; an {@link IllegalArgumentException} says what is wrong with it. */
    static ProxyName parse(String text) {
        String[] parts = text.split("!", -1);
        if (parts[0].equals("zk")) {
            if (parts.length < 3 || parts[1].isEmpty() || !parts[2].startsWith("/")) {
                throw new IllegalArgumentException("not a name of the form zk!host:port!/path: " + text);
            }
            return new ZooKeeper(parts[1], parts[2]);
        }
        if (parts.length > 2 || (parts.length == 2 && !parts[0].equals("inet"))) {
            throw new IllegalArgumentException(
                    "not a name of the form zk!host:port!/path or inet!host:port[,host:port]: " + text);
        }
        List<Endpoint> hosts = new ArrayList<>();
        for (String host : parts[parts.length - 1].split(",", -1)) {
            hosts.add(endpoint(host, text));
        }
        return new Hosts(hosts);
    }

    private static Endpoint endpoint(String host, String name) {
        int colon = host.lastIndexOf(':');
        try {
            return new Endpoint(host.substring(0, Math.max(0, colon)), Integer.parseInt(host.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not host:port: '" + host + "' in " + name, e);
        }
    }
}
