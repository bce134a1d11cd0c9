package io.dlog.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The syntax of {@link Properties}, with the line of each key kept for messages. A key given twice has its last value.
 *
 * <p>A line that starts with a number, as pasted from a listing with line numbers ({@code 185 bookiePort=3181}), counts as
 * the line without the number; {@link Setting#strayNumber} remembers it, so that the reader can warn.
 */
final class PropertiesFile {
    private static final Pattern NUMBERED = Pattern.compile("([A-Za-z][\\w.\\-]*)\\s*[=:]\\s*(.*)", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private PropertiesFile() {}

    /**
     * @param line 1-based
     * @param strayNumber the number before the key, empty when there is none
     */
    record Setting(String key, String value, int line, String strayNumber) {}

    static Map<String, Setting> parse(String text) throws ConfigException {
        Map<String, Setting> settings = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new StringReader(text))) {
            int next = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int first = next++;
                StringBuilder logical = new StringBuilder(line);
                while (!isComment(line) && endsInContinuation(line)) {
                    line = lines.readLine();
                    if (line == null) {
                        break;
                    }
                    next++;
                    logical.append('\n').append(line);
                }
                add(settings, logical.toString(), first);
            }
        } catch (IOException e) {
            throw new AssertionError("a string can't fail to be read", e);
        }
        return settings;
    }

    private static boolean isComment(String line) {
        String s = line.stripLeading();
        return s.startsWith("#") || s.startsWith("!");
    }

    private static boolean endsInContinuation(String line) {
        int backslashes = 0;
        for (int i = line.length() - 1; i >= 0 && line.charAt(i) == '\\'; i--) {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static void add(Map<String, Setting> settings, String logicalLine, int line)
            throws ConfigException, IOException {
        Properties one = new Properties();
        try {
            one.load(new StringReader(logicalLine));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("line " + line + ": broken \\u escape", e);
        }
        for (String key : one.stringPropertyNames()) {
            String value = one.getProperty(key).trim();
            Matcher rest = NUMBERED.matcher(value);
            Setting setting = NUMBER.matcher(key).matches() && rest.matches()
                    ? new Setting(rest.group(1), rest.group(2).trim(), line, key)
                    : new Setting(key, value, line, "");
            settings.put(setting.key(), setting);
        }
    }
}
