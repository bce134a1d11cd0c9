package io.dlog.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/** Bytes recorded from upstream, in {@code src/test/resources/golden}. Thread: immutable. */
public final class Golden {
    private Golden() {}

    /** The data of a recorded znode. */
    public static byte[] znode(String path) {
        return text("bookkeeper-znodes.txt")
                .lines()
                .map(line -> line.split(" "))
                .filter(parts -> parts[0].equals(path))
                .map(parts -> HexFormat.of().parseHex(parts[2]))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no recorded node " + path));
    }

    /** A recorded file as text. */
    public static String text(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
