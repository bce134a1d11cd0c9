package io.dlog.log.namespace;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a namespace: {@code distributedlog[-bk]://zk1:2181;zk2:2181/path}. Thread: immutable.
 *
 * @param zkServers {@code host:port}, separated by commas
 * @param path of the namespace's node, without a slash at the end
 */
public record NamespaceUri(String zkServers, String path) {
    private static final Pattern FORM = Pattern.compile("distributedlog(?:-([^:/]*))?://([^/]*)(/.*)?");
    private static final String EXAMPLE = "distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace";

    /** Parses; an {@link IllegalArgumentException} says in one line what is wrong. */
    public static NamespaceUri parse(String uri) {
        Matcher matcher = FORM.matcher(uri.strip());
        if (!matcher.matches()) {
            throw malformed(uri, "it does not start with distributedlog://");
        }
        String backend = matcher.group(1);
        if (backend != null && !backend.equals("bk")) {
            throw malformed(uri, "there is no backend '" + backend + "', only bk");
        }
        String path = matcher.group(3) == null ? "" : matcher.group(3).replaceAll("/+$", "");
        if (path.isEmpty()) {
            throw malformed(uri, "it has no path");
        }
        if (path.contains("//")) {
            throw malformed(uri, "its path has an empty name");
        }
        return new NamespaceUri(servers(uri, matcher.group(2)), path);
    }

    private static String servers(String uri, String list) {
        StringBuilder out = new StringBuilder();
        for (String server : list.split("[,;]", -1)) {
            int colon = server.lastIndexOf(':');
            String host = colon < 0 ? server : server.substring(0, colon);
            String port = colon < 0 ? "2181" : server.substring(colon + 1);
            if (host.isBlank()) {
                throw malformed(uri, "a ZooKeeper server has no name");
            }
            if (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 0xFFFF) {
                throw malformed(uri, "'" + port + "' is not a port");
            }
            out.append(out.isEmpty() ? "" : ",").append(host).append(':').append(port);
        }
        return out.toString();
    }

    private static IllegalArgumentException malformed(String uri, String why) {
        return new IllegalArgumentException(
                "not a namespace address: '" + uri + "': " + why + "; write it like " + EXAMPLE);
    }

    /** The address in the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return "distributedlog://" + zkServers.replace(',', ';') + path;
    }
}
