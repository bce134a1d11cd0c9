package io.dlog.log.namespace;

import io.dlog.log.InvalidStreamNameException;

/**
 * Which names logs can have: what ZooKeeper accepts as a relative path, so {@code /} makes hierarchies, without the names
 * that namespaces keep for themselves.
 *
 * <p>Source: DistributedLog as of BookKeeper 4.17, which is the wider of the two rules in use except that names of the
 * older rule with a space or angle bracket are refused.
 */
public final class LogNames {
    private LogNames() {}

    /** Whether a name is kept for the namespace's own nodes, such as {@code .write_proxy}, or a log's, {@code <default>}. */
    public static boolean isReserved(String name) {
        return name.startsWith(".") || name.startsWith("<");
    }

    /** Checks a name and takes one slash from its beginning. */
    public static String checked(String name) throws InvalidStreamNameException {
        String relative = name.startsWith("/") ? name.substring(1) : name;
        if (relative.isEmpty()) {
            throw new InvalidStreamNameException("a log's name must not be empty");
        }
        if (isReserved(relative)) {
            throw refused(name, "it starts with " + relative.charAt(0));
        }
        for (String part : relative.split("/", -1)) {
            if (part.isEmpty()) {
                throw refused(name, "a part of it is empty");
            }
            if (part.equals(".") || part.equals("..")) {
                throw refused(name, "a part of it is " + part);
            }
        }
        for (int i = 0; i < relative.length(); i++) {
            if (isForbidden(relative.charAt(i))) {
                throw refused(name, String.format("it has the character U+%04X", (int) relative.charAt(i)));
            }
        }
        return relative;
    }

    private static boolean isForbidden(char c) {
        return c <= '\u001f'
                || c == ' '
                || c == '<'
                || c == '>'
                || (c >= '\u007f' && c <= '\u009f')
                || (c >= '\ud800' && c <= '\uf8ff')
                || c >= '\ufff0';
    }

    private static InvalidStreamNameException refused(String name, String why) {
        return new InvalidStreamNameException("'" + name + "' can't be a log's name: " + why);
    }
}
