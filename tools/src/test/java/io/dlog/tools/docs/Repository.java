package io.dlog.tools.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of the project, as tests of documents read them. Thread: immutable. */
final class Repository {
    private static final List<String> MODULES = List.of("core", "bookie", "proxy", "tools", "tutorials");
    private static final Path ROOT = root();

    private Repository() {}

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docs/ARCHITECTURE.md"))) {
            Path above = here.getParent();
            if (above == null) {
                throw new AssertionError(
                        "no docs/ARCHITECTURE.md above " + Path.of("").toAbsolutePath());
            }
            here = above;
        }
        return here;
    }

    static Path file(String name) {
        return ROOT.resolve(name);
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** README.md and all pages below docs, in order of name. */
    static List<Path> pages() {
        try (Stream<Path> below = Files.walk(ROOT.resolve("docs"))) {
            List<Path> pages = below.filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .toList();
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages.stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Source of the class of that name below {@code io.dlog}, package and all. */
    static Optional<Path> source(String packageAndClass) {
        String path = "/src/main/java/io/dlog/" + packageAndClass.replace('.', '/') + ".java";
        return MODULES.stream()
                .map(module -> ROOT.resolve(module + path))
                .filter(Files::exists)
                .findFirst();
    }
}
