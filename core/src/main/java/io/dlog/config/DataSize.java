package io.dlog.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data. Thread: immutable.
 *
 * @param bytes not negative
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
    private static final Pattern WITH_UNIT = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

    /** What a plain number counts. */
    public enum Unit {
        BYTES("B", 1),
        KIBIBYTES("KiB", 1L << 10),
        MEBIBYTES("MiB", 1L << 20),
        GIBIBYTES("GiB", 1L << 30),
        TEBIBYTES("TiB", 1L << 40);

        private final String symbol;
        private final long bytes;

        Unit(String symbol, long bytes) {
            this.symbol = symbol;
            this.bytes = bytes;
        }
    }

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("negative size: " + bytes);
        }
    }

    public static DataSize ofBytes(long bytes) {
        return new DataSize(bytes);
    }

    public static DataSize of(long count, Unit unit) {
        return new DataSize(Math.multiplyExact(count, unit.bytes));
    }

    public static DataSize ofMebibytes(long count) {
        return of(count, Unit.MEBIBYTES);
    }

    /**
     * Reads {@code 64MiB}, {@code 64 MB} (the same: all units are powers of two), {@code 64m} or a plain number.
     *
     * @param plain the unit of a number without one
     * @throws IllegalArgumentException when it is neither
     */
    public static DataSize parse(String text, Unit plain) {
        Matcher m = WITH_UNIT.matcher(text.trim());
        if (!m.matches()) {
            throw new IllegalArgumentException("not a size: " + text);
        }
        try {
            return of(Long.parseLong(m.group(1)), unit(m.group(2), plain));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("not a size: " + text, e);
        }
    }

    private static Unit unit(String symbol, Unit plain) {
        return switch (symbol.toLowerCase(Locale.ROOT)) {
            case "" -> plain;
            case "b" -> Unit.BYTES;
            case "k", "kb", "kib" -> Unit.KIBIBYTES;
            case "m", "mb", "mib" -> Unit.MEBIBYTES;
            case "g", "gb", "gib" -> Unit.GIBIBYTES;
            case "t", "tb", "tib" -> Unit.TEBIBYTES;
            default -> throw new IllegalArgumentException("not a unit of data: " + symbol);
        };
    }

    /** The size as an array length or buffer capacity. */
    public int bytesAsInt() {
        return Math.toIntExact(bytes);
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The largest unit that needs no fraction: {@code 64MiB}. */
    @Override
    public String toString() {
        Unit[] units = Unit.values();
        for (int i = units.length - 1; i > 0; i--) {
            if (bytes != 0 && bytes % units[i].bytes == 0) {
                return bytes / units[i].bytes + units[i].symbol;
            }
        }
        return bytes + Unit.BYTES.symbol;
    }
}
