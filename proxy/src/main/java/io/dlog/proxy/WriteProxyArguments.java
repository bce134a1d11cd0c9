package io.dlog.proxy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The command line of a write proxy: upstream's flags, long and short. Thread: immutable.
 *
 * @param values by long name without dashes; a flag without a value has an empty one
 */
record WriteProxyArguments(Map<String, String> values) {
    static final String USAGE =
            "usage: writeproxy --uri URI [--conf FILE] [--port PORT] [--shard-id N] [--stats-port PORT]"
                    + " [--stats-provider CLASS] [--announce] [--thriftmux] [-v]";

    private static final Map<String, String> WITH_VALUE = Map.ofEntries(
            Map.entry("-u", "uri"),
            Map.entry("--uri", "uri"),
            Map.entry("-c", "conf"),
            Map.entry("--conf", "conf"),
            Map.entry("-sc", "stream-conf"),
            Map.entry("--stream-conf", "stream-conf"),
            Map.entry("-p", "port"),
            Map.entry("--port", "port"),
            Map.entry("-sp", "stats-port"),
            Map.entry("--stats-port", "stats-port"),
            Map.entry("-pd", "stats-provider"),
            Map.entry("--stats-provider", "stats-provider"),
            Map.entry("-si", "shard-id"),
            Map.entry("--shard-id", "shard-id"));

    private static final Map<String, String> WITHOUT_VALUE = Map.ofEntries(
            Map.entry("-a", "announce"),
            Map.entry("--announce", "announce"),
            Map.entry("-mx", "thriftmux"),
            Map.entry("--thriftmux", "thriftmux"),
            Map.entry("-la", "load-appraiser"),
            Map.entry("--load-appraiser", "load-appraiser"),
            Map.entry("-v", "verbose"),
            Map.entry("--verbose", "verbose"),
            Map.entry("-h", "help"),
            Map.entry("--help", "help"));

    WriteProxyArguments {
        values = Map.copyOf(values);
    }

    /** Reads them; an {@link IllegalArgumentException} names the first that is wrong. */
    static WriteProxyArguments parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String name = WITH_VALUE.get(args[i]);
            if (name != null) {
                i++;
                if (i == args.length) {
                    throw new IllegalArgumentException("--" + name + " needs a value");
                }
                values.put(name, args[i]);
            } else if (WITHOUT_VALUE.containsKey(args[i])) {
                values.put(WITHOUT_VALUE.getOrDefault(args[i], ""), "");
            } else {
                throw new IllegalArgumentException("unknown argument " + args[i]);
            }
        }
        return new WriteProxyArguments(values);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }
}
