package io.dlog.metadata.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How ledger ids become paths below the ledgers' root, and the {@code LAYOUT} node that says so.
 *
 * <pre>
 *   FLAT                 L%010d
 *   LEGACY_HIERARCHICAL  10 digits, split 2-4-4            00/0000/L0001
 *   LONG_HIERARCHICAL    19 digits, split 3-4-4-4-4        000/0000/0781/8749/L3530
 *   HIERARCHICAL         2-4-4 for ids below 2^31 - 1, otherwise 3-4-4-4-4
 *
 *   LAYOUT:  2\n[factory class]:1          no line end
 *            1\n[type]:1                   read only
 * </pre>
 *
 * <p>Thread: immutable. Source: Apache BookKeeper 4.17, recorded znodes.
 */
public enum LedgerLayout {
    HIERARCHICAL("hierarchical", "HierarchicalLedgerManagerFactory"),
    LEGACY_HIERARCHICAL("legacyhierarchical", "LegacyHierarchicalLedgerManagerFactory"),
    LONG_HIERARCHICAL("longhierarchical", "LongHierarchicalLedgerManagerFactory"),
    FLAT("flat", "FlatLedgerManagerFactory");

    private static final String PACKAGE = "org.apache.bookkeeper.meta.";
    private static final Pattern SHORT_GROUP = Pattern.compile("\\d{2}");
    private static final Pattern LONG_GROUP = Pattern.compile("\\d{3}");
    private static final Pattern GROUP = Pattern.compile("\\d{4}");
    private static final Pattern LEAF = Pattern.compile("L\\d{4}");
    private static final Pattern FLAT_LEAF = Pattern.compile("L\\d{10}");

    /** Names directly below the root that aren't ledgers. */
    static final Set<String> RESERVED = Set.of(
            "available",
            "cookies",
            "LAYOUT",
            "INSTANCEID",
            "underreplication",
            "idgen",
            "idgen-long",
            "disableHealthCheck");

    private final String typeName;
    private final String factory;

    LedgerLayout(String typeName, String factory) {
        this.typeName = typeName;
        this.factory = factory;
    }

    /** The name in {@code zk+<name>://} addresses. */
    public String typeName() {
        return typeName;
    }

    /** The layout of a {@code zk+<name>://} address; unknown names are an {@link IllegalArgumentException}. */
    public static LedgerLayout ofTypeName(String name) {
        return Arrays.stream(values())
                .filter(layout -> layout.typeName.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown ledger layout '" + name
                        + "'; known are hierarchical, longhierarchical, legacyhierarchical, flat"));
    }

    /** The bytes of {@code LAYOUT}. */
    public byte[] write() {
        return ("2\n" + PACKAGE + factory + ":1").getBytes(StandardCharsets.UTF_8);
    }

    /** Reads {@code LAYOUT}; what it can't read is an {@link IllegalArgumentException}. */
    public static LedgerLayout read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        String[] lines = text.split("\n");
        int colon = lines.length == 2 ? lines[1].lastIndexOf(':') : -1;
        if (colon < 0) {
            throw new IllegalArgumentException("ledger layout can't be read: '" + text + "'");
        }
        String name = lines[1].substring(0, colon);
        String simpleName = name.substring(name.lastIndexOf('.') + 1);
        for (LedgerLayout layout : values()) {
            boolean matches = lines[0].equals("1")
                    ? layout.typeName.equals(name)
                    : lines[0].equals("2") && layout.factory.equals(simpleName);
            if (matches) {
                if (!lines[1].substring(colon + 1).equals("1")) {
                    throw new IllegalArgumentException("ledger layout version is not 1: '" + text + "'");
                }
                return layout;
            }
        }
        throw new IllegalArgumentException("unknown ledger layout: '" + text + "'");
    }

    /** The path of a ledger's node below the root, with a leading slash. */
    public String path(long ledgerId) {
        if (ledgerId < 0) {
            throw new IllegalArgumentException("ledger id " + ledgerId);
        }
        return switch (this) {
            case FLAT -> "/L" + padded(ledgerId, 10);
            case LEGACY_HIERARCHICAL -> shortPath(ledgerId);
            case LONG_HIERARCHICAL -> longPath(ledgerId);
            case HIERARCHICAL -> ledgerId < Integer.MAX_VALUE ? shortPath(ledgerId) : longPath(ledgerId);
        };
    }

    private static String shortPath(long ledgerId) {
        String digits = padded(ledgerId, 10);
        if (digits.length() != 10) {
            throw new IllegalArgumentException("ledger id " + ledgerId + " has more than 10 digits");
        }
        return "/" + digits.substring(0, 2) + "/" + digits.substring(2, 6) + "/L" + digits.substring(6);
    }

    private static String longPath(long ledgerId) {
        String digits = padded(ledgerId, 19);
        return "/" + digits.substring(0, 3) + "/" + digits.substring(3, 7) + "/" + digits.substring(7, 11) + "/"
                + digits.substring(11, 15) + "/L" + digits.substring(15);
    }

    private static String padded(long ledgerId, int width) {
        return String.format(Locale.ROOT, "%0" + width + "d", ledgerId);
    }

    /**
     * Whether a name at a depth below the root leads to ledgers.
     *
     * @param names the names from the root down, the one in question last
     */
    boolean isBranch(String[] names) {
        if (this == FLAT) {
            return false;
        }
        boolean isShort = SHORT_GROUP.matcher(names[0]).matches() && this != LONG_HIERARCHICAL;
        boolean isLong = LONG_GROUP.matcher(names[0]).matches() && this != LEGACY_HIERARCHICAL;
        int branches = isShort ? 2 : isLong ? 4 : 0;
        return names.length <= branches
                && (names.length == 1 || GROUP.matcher(names[names.length - 1]).matches());
    }

    /** The id of the ledger whose node has these names from the root down; empty when it isn't a ledger's. */
    OptionalLong ledgerId(String[] names) {
        String leaf = names[names.length - 1];
        if (names.length == 1) {
            return this == FLAT && FLAT_LEAF.matcher(leaf).matches()
                    ? OptionalLong.of(Long.parseLong(leaf.substring(1)))
                    : OptionalLong.empty();
        }
        String[] parent = Arrays.copyOf(names, names.length - 1);
        boolean isAtTheBottom = names.length == (names[0].length() == 2 ? 3 : 5);
        if (!isAtTheBottom || !isBranch(parent) || !LEAF.matcher(leaf).matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(String.join("", parent) + leaf.substring(1)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
