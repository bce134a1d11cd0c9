package io.dlog.metadata.zookeeper;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a cluster's metadata lies: {@code zk+hierarchical://h1:2181;h2:2181/ledgers}. Thread: immutable.
 *
 * @param servers {@code host:port}, separated by commas
 * @param root path of the ledgers, without a slash at the end
 * @param layout what {@code LAYOUT} must say; empty: whatever it says
 */
public record MetadataUri(String servers, String root, Optional<LedgerLayout> layout) {
    private static final Pattern FORM = Pattern.compile("zk(?:\\+([a-zA-Z]+))?://([^/]+)(/.*)?");
    private static final String EXAMPLE = "zk+hierarchical://127.0.0.1:2181/ledgers";

    /** Parses {@code zk[+layout]://servers/path}; an {@link IllegalArgumentException} says in one line what is wrong. */
    public static MetadataUri parse(String uri) {
        Matcher matcher = FORM.matcher(uri.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "not a metadata service address: '" + uri + "'; write it like " + EXAMPLE);
        }
        String type = matcher.group(1);
        Optional<LedgerLayout> layout =
                type == null || type.equals("null") ? Optional.empty() : Optional.of(LedgerLayout.ofTypeName(type));
        String path = matcher.group(3);
        if (path == null) {
            throw new IllegalArgumentException("no path of the ledgers in '" + uri + "'; write it like " + EXAMPLE);
        }
        return new MetadataUri(servers(matcher.group(2)), root(path), layout);
    }

    /** The older form: {@code zkServers} and {@code zkLedgersRootPath}. */
    public static MetadataUri of(String zkServers, String zkLedgersRootPath) {
        return new MetadataUri(servers(zkServers), root(zkLedgersRootPath), Optional.empty());
    }

    /** Checks a list of servers and separates it by commas; a missing port is 2181. */
    public static String servers(String list) {
        StringBuilder out = new StringBuilder();
        for (String server : list.strip().split("[,;]")) {
            String hostAndPort = server.strip();
            int colon = hostAndPort.lastIndexOf(':');
            String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
            String port = colon < 0 ? "2181" : hostAndPort.substring(colon + 1);
            if (host.isEmpty() || host.contains(" ") || !isPort(port)) {
                throw new IllegalArgumentException(
                        "not a list of ZooKeeper servers: '" + list + "'; write it like 127.0.0.1:2181,127.0.0.2:2181");
            }
            out.append(out.isEmpty() ? "" : ",").append(host).append(':').append(port);
        }
        return out.toString();
    }

    private static boolean isPort(String text) {
        return text.length() <= 5
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && !text.isEmpty()
                && Integer.parseInt(text) > 0
                && Integer.parseInt(text) <= 0xFFFF;
    }

    private static String root(String path) {
        String trimmed = path.strip().replaceAll("/+$", "");
        if (!trimmed.startsWith("/") || trimmed.contains("//") || trimmed.length() < 2) {
            throw new IllegalArgumentException("not a path of ledgers: '" + path + "'; write it like /ledgers");
        }
        return trimmed;
    }

    /** The address in the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return "zk" + layout.map(l -> "+" + l.typeName()).orElse("") + "://" + servers.replace(',', ';') + root;
    }
}
