package io.dlog.proxyclient.protocol;

import java.util.Optional;

/**
 * Who a write proxy is, as its locks and redirects name it.
 *
 * <pre>
 *   1;&lt;shard&gt;;&lt;host&gt;:&lt;port&gt;         1;2;127.0.0.1:4182
 * </pre>
 *
 * <p>Host and port alone identify a proxy: shard ids need not be unique. Thread: immutable. Source: DistributedLog,
 * DLSocketAddress.
 *
 * @param shard the proxy's shard id; {@link #NO_SHARD} when it has none
 */
public record ProxyIdentity(int shard, String host, int port) {
    /** No shard id. */
    public static final int NO_SHARD = -1;

    private static final String VERSION = "1";

    /** The text. */
    public String text() {
        return VERSION + ";" + shard + ";" + host + ":" + port;
    }

    /** {@code host:port}. */
    public String address() {
        return host + ":" + port;
    }

    /** Reads {@link #text}; empty for anything else, such as the id of a client that is no proxy. */
    public static Optional<ProxyIdentity> parse(String text) {
        String[] parts = text.split(";", -1);
        int colon = text.lastIndexOf(':');
        if (parts.length != 3 || !parts[0].equals(VERSION) || colon < 0) {
            return Optional.empty();
        }
        String host = parts[2].substring(0, Math.max(0, parts[2].lastIndexOf(':')));
        try {
            int shard = Integer.parseInt(parts[1]);
            int port = Integer.parseInt(text.substring(colon + 1));
            return host.isEmpty() || port < 1 || port > 65535
                    ? Optional.empty()
                    : Optional.of(new ProxyIdentity(shard, host, port));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
