package io.dlog.bookie;

import io.dlog.ledger.ProtobufText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What says that a disk belongs to a bookie: the same bytes in every directory's {@code current/VERSION} and in the cluster's
 * metadata.
 *
 * <pre>
 *   5
 *   bookieHost: "127.0.0.1:3181"
 *   journalDir: "/journal1,/journal2"
 *   ledgerDirs: "2\t/ledgers1\t/ledgers2"          (\t is written as backslash and t)
 *   instanceId: "06e8c388-dcba-47b1-bbb9-6c96820765f5"
 *   indexDirs: "1\t/index"                         only when configured
 * </pre>
 *
 * <p>First line: layout version; 4 and 5 are followed by protobuf's text form, 3 by plain lines host, journal, ledger
 * directories. Others are refused. Written as 5.
 *
 * <p>Thread: immutable. Source: BookKeeper, CookieFormat.
 *
 * @param bookieHost id of the bookie
 * @param ledgerDirs count, then the directories, with a tab before each
 */
record Cookie(String bookieHost, String journalDir, String ledgerDirs, String instanceId, Optional<String> indexDirs) {
    private static final int VERSION = 5;
    private static final int VERSION_TEXT_FIRST = 4;
    private static final int VERSION_LINES = 3;

    /** The cookie that fits a configuration. */
    static Cookie of(String bookieId, BookieConfig config, String instanceId) {
        return new Cookie(
                bookieId,
                join(config.journalDirectories(), ","),
                counted(config.ledgerDirectories()),
                instanceId,
                config.indexDirectories().map(Cookie::counted));
    }

    byte[] bytes() {
        StringBuilder out = new StringBuilder().append(VERSION).append('\n');
        ProtobufText.writeText(out, "bookieHost", bookieHost);
        ProtobufText.writeText(out, "journalDir", journalDir);
        ProtobufText.writeText(out, "ledgerDirs", ledgerDirs);
        if (!instanceId.isEmpty()) {
            ProtobufText.writeText(out, "instanceId", instanceId);
        }
        indexDirs.ifPresent(dirs -> ProtobufText.writeText(out, "indexDirs", dirs));
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @param where names the file or node in messages */
    static Cookie parse(byte[] bytes, String where) throws CookieException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int lineEnd = text.indexOf('\n');
        int version = version(lineEnd < 0 ? text : text.substring(0, lineEnd), where);
        String rest = lineEnd < 0 ? "" : text.substring(lineEnd + 1);
        if (version == VERSION_LINES) {
            String[] lines = rest.split("\n", -1);
            if (lines.length < 3) {
                throw new CookieException("the cookie in " + where + " is cut short");
            }
            return new Cookie(lines[0], lines[1], lines[2], "", Optional.empty());
        }
        if (version < VERSION_TEXT_FIRST || version > VERSION) {
            throw new CookieException("the cookie in " + where + " has layout " + version
                    + ", this bookie reads 3 to 5; it was written by another version");
        }
        try {
            List<ProtobufText> fields = ProtobufText.read(rest.getBytes(StandardCharsets.UTF_8), 0);
            return new Cookie(
                    required(fields, "bookieHost"),
                    required(fields, "journalDir"),
                    required(fields, "ledgerDirs"),
                    ProtobufText.first(fields, "instanceId")
                            .map(ProtobufText::text)
                            .orElse(""),
                    ProtobufText.first(fields, "indexDirs").map(ProtobufText::text));
        } catch (IllegalArgumentException e) {
            throw new CookieException("the cookie in " + where + " can't be read: " + e.getMessage(), e);
        }
    }

    /** The ledger directories, without their count. */
    List<String> ledgerDirectories() {
        String[] parts = ledgerDirs.split("\t");
        return List.copyOf(Arrays.asList(parts).subList(Math.min(1, parts.length), parts.length));
    }

    private static int version(String line, String where) throws CookieException {
        try {
            return Integer.parseInt(line.trim());
        } catch (NumberFormatException e) {
            throw new CookieException("the cookie in " + where + " does not start with its layout version", e);
        }
    }

    private static String required(List<ProtobufText> fields, String name) {
        return ProtobufText.first(fields, name)
                .map(ProtobufText::text)
                .orElseThrow(() -> new IllegalArgumentException("no " + name));
    }

    private static String counted(List<Path> directories) {
        return directories.size() + "\t" + join(directories, "\t");
    }

    private static String join(List<Path> directories, String separator) {
        return directories.stream().map(Path::toString).collect(Collectors.joining(separator));
    }
}
