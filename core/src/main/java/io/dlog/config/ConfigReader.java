package io.dlog.config;

import io.dlog.config.PropertiesFile.Setting;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a properties file key by key into a settings record. Every key asked for is thereby known; {@link #finish} refuses
 * what is left over, because a mistyped key that is silently ignored is found in production.
 *
 * <pre>
 *   ConfigReader reader = ConfigReader.open(file);
 *   int port = reader.integer("bookiePort", 3181, 0, 65535);
 *   Duration timeout = reader.duration("zkTimeout", Duration.ofSeconds(10), ChronoUnit.MILLIS);
 *   reader.ignore("pageSize", "the index has no pages");
 *   reader.finish();
 * </pre>
 *
 * <p>A plain number has the unit that upstream gives the key; a value may carry its own: {@code 2ms}, {@code 64MiB}. An
 * empty value counts as absent.
 *
 * <p>Thread: owned by the thread that starts the process.
 */
public final class ConfigReader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReader.class);
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

    private final String source;
    private final Map<String, Setting> settings;
    private final TreeSet<String> known = new TreeSet<>();
    private final TreeSet<String> aliases = new TreeSet<>();
    private final TreeMap<String, String> ignored = new TreeMap<>();
    private final TreeMap<String, String> ignoredPrefixes = new TreeMap<>();

    private ConfigReader(String source, Map<String, Setting> settings) {
        this.source = source;
        this.settings = settings;
    }

    /** Opens a file; one that is not there or not readable is an error that names it. */
    public static ConfigReader open(Path file) throws ConfigException {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new ConfigException("no such configuration file: " + file, e);
        } catch (CharacterCodingException e) {
            throw new ConfigException(file + ": not a text file in UTF-8", e);
        } catch (IOException e) {
            throw new ConfigException("can't read configuration file " + file + ": " + e, e);
        }
    }

    /** Reads text in the syntax of a properties file; {@code source} names it in messages. */
    public static ConfigReader parse(String source, String text) throws ConfigException {
        try {
            return new ConfigReader(source, PropertiesFile.parse(text));
        } catch (ConfigException e) {
            throw new ConfigException(source + ", " + e.getMessage(), e);
        }
    }

    /** No settings at all: every key has its default. */
    public static ConfigReader empty() {
        return new ConfigReader("defaults", new TreeMap<>());
    }

    /** What stands behind file name and line in messages. */
    public String source() {
        return source;
    }

    /** The keys that were asked for so far, each by its present name. */
    public Set<String> keys() {
        TreeSet<String> keys = new TreeSet<>(known);
        keys.removeAll(aliases);
        return keys;
    }

    /** The keys of the file that nobody asked for so far, whether they are accepted or not. */
    public Set<String> keysWithoutEffect() {
        TreeSet<String> keys = new TreeSet<>(settings.keySet());
        keys.removeAll(known);
        return keys;
    }

    /** Sets or replaces a value from outside the file, such as a flag of the command line. */
    public void override(String key, String value) {
        settings.put(key, new Setting(key, value, 0, ""));
    }

    /** Lets {@code oldName} stand for {@code key}; when both are given, {@code key} counts. Call before reading the key. */
    public void alias(String oldName, String key) {
        known.add(oldName);
        aliases.add(oldName);
        Setting old = settings.get(oldName);
        if (old != null && !isSet(key)) {
            settings.put(key, new Setting(key, old.value(), old.line(), old.strayNumber()));
        }
    }

    /** Whether the key has a value. */
    public boolean isSet(String key) {
        Setting s = settings.get(key);
        return s != null && !s.value().isEmpty();
    }

    public String string(String key, String whenAbsent) {
        return optional(key).orElse(whenAbsent);
    }

    public Optional<String> optional(String key) {
        known.add(key);
        Setting s = settings.get(key);
        return s == null || s.value().isEmpty() ? Optional.empty() : Optional.of(s.value());
    }

    /** A value without which nothing can start. */
    public String required(String key) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            throw new ConfigException(source + ": " + key + " must be set");
        }
        return value.get();
    }

    public int integer(String key, int whenAbsent, int min, int max) throws ConfigException {
        return (int) integer(key, (long) whenAbsent, min, max);
    }

    public long integer(String key, long whenAbsent, long min, long max) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        String expected = min == Long.MIN_VALUE && max == Long.MAX_VALUE
                ? "a whole number"
                : "a whole number from " + min + " to " + max;
        try {
            long n = Long.parseLong(value.get());
            if (n < min || n > max) {
                throw wrong(key, value.get(), expected);
            }
            return n;
        } catch (NumberFormatException e) {
            throw wrong(key, value.get(), expected);
        }
    }

    public double fraction(String key, double whenAbsent, double min, double max) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        String expected = "a number from " + min + " to " + max;
        try {
            double n = Double.parseDouble(value.get());
            if (!(n >= min && n <= max)) {
                throw wrong(key, value.get(), expected);
            }
            return n;
        } catch (NumberFormatException e) {
            throw wrong(key, value.get(), expected);
        }
    }

    public boolean bool(String key, boolean whenAbsent) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        return switch (value.get().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw wrong(key, value.get(), "true or false");
        };
    }

    /** @param plain the unit of a number without one */
    public Duration duration(String key, Duration whenAbsent, ChronoUnit plain) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        String expected = "a duration such as 500ms, 30s, 5min, or a plain number of "
                + plain.toString().toLowerCase(Locale.ROOT);
        Matcher m = DURATION.matcher(value.get());
        if (!m.matches()) {
            throw wrong(key, value.get(), expected);
        }
        ChronoUnit unit =
                switch (m.group(2).toLowerCase(Locale.ROOT)) {
                    case "" -> plain;
                    case "ns" -> ChronoUnit.NANOS;
                    case "us" -> ChronoUnit.MICROS;
                    case "ms" -> ChronoUnit.MILLIS;
                    case "s", "sec" -> ChronoUnit.SECONDS;
                    case "m", "min" -> ChronoUnit.MINUTES;
                    case "h" -> ChronoUnit.HOURS;
                    case "d" -> ChronoUnit.DAYS;
                    default -> throw wrong(key, value.get(), expected);
                };
        try {
            return Duration.of(Long.parseLong(m.group(1)), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw wrong(key, value.get(), expected);
        }
    }

    /** @param plain the unit of a number without one */
    public DataSize dataSize(String key, DataSize whenAbsent, DataSize.Unit plain) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        try {
            return DataSize.parse(value.get(), plain);
        } catch (IllegalArgumentException e) {
            throw wrong(
                    key,
                    value.get(),
                    "a size such as 64MiB, 1GiB, or a plain number of "
                            + plain.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Constants are matched by name, whatever the case. */
    public <E extends Enum<E>> E oneOf(String key, E whenAbsent) throws ConfigException {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        E[] constants = whenAbsent.getDeclaringClass().getEnumConstants();
        for (E constant : constants) {
            if (constant.name().equalsIgnoreCase(value.get())) {
                return constant;
            }
        }
        throw wrong(key, value.get(), "one of " + Arrays.toString(constants));
    }

    /** Values between commas, each trimmed, empty ones left out. */
    public List<String> list(String key, List<String> whenAbsent) {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        List<String> parts = new ArrayList<>();
        for (String part : value.get().split(",")) {
            if (!part.isBlank()) {
                parts.add(part.trim());
            }
        }
        return List.copyOf(parts);
    }

    /** All keys that begin with {@code prefix}, without it; they all count as known. */
    public Map<String, String> withPrefix(String prefix) {
        Map<String, String> found = new TreeMap<>();
        for (Setting s : settings.values()) {
            if (s.key().startsWith(prefix)) {
                known.add(s.key());
                found.put(s.key().substring(prefix.length()), s.value());
            }
        }
        return found;
    }

    /** Accepts a key that upstream has and we don't need. */
    public void ignore(String key, String reason) {
        ignored.put(key, reason);
    }

    /** Accepts all keys with this prefix. */
    public void ignorePrefix(String prefix, String reason) {
        ignoredPrefixes.put(prefix, reason);
    }

    /** A value that reads well but can't be used; the caller throws it. */
    public ConfigException wrong(String key, String value, String expected) {
        return new ConfigException(at(key) + key + "=" + value + " is not " + expected);
    }

    /**
     * Ends the reading: refuses the first key that nobody knows, and warns once of those that have no effect here.
     */
    public void finish() throws ConfigException {
        List<String> withoutEffect = new ArrayList<>();
        for (Setting s : settings.values()) {
            String reason = reasonToIgnore(s.key());
            if (reason != null && !known.contains(s.key())) {
                withoutEffect.add(s.key());
                LOG.debug("key has no effect file={} line={} key={} reason={}", source, s.line(), s.key(), reason);
            } else if (!known.contains(s.key())) {
                throw new ConfigException(
                        at(s.key()) + "unknown key " + s.key() + "; did you mean " + nearest(s.key()) + "?");
            }
            if (!s.strayNumber().isEmpty()) {
                LOG.warn(
                        "line number before a key was dropped file={} line={} number={} key={}",
                        source,
                        s.line(),
                        s.strayNumber(),
                        s.key());
            }
        }
        if (!withoutEffect.isEmpty()) {
            LOG.warn("keys accepted without effect file={} keys={}", source, withoutEffect);
        }
    }

    private @Nullable String reasonToIgnore(String key) {
        String exact = ignored.get(key);
        if (exact != null) {
            return exact;
        }
        Map.Entry<String, String> prefix = ignoredPrefixes.floorEntry(key);
        return prefix != null && key.startsWith(prefix.getKey()) ? prefix.getValue() : null;
    }

    private String at(String key) {
        Setting s = settings.get(key);
        return s == null || s.line() == 0 ? source + ": " : source + ", line " + s.line() + ": ";
    }

    private String nearest(String key) {
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        TreeSet<String> candidates = new TreeSet<>(known);
        candidates.addAll(ignored.keySet());
        for (String candidate : candidates) {
            int distance = EditDistance.between(key.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best;
    }
}
