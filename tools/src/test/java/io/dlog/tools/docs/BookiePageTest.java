package io.dlog.tools.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The bookie's page names every key that a bookie reads or ignores. */
final class BookiePageTest {
    private static final Pattern READ = Pattern.compile("reader\\.\\w+\\(\\s*\"(\\w+)\"");
    private static final Pattern IGNORED = Pattern.compile("(?:List\\.of\\(|^\\s+)\"(\\w+)\"", Pattern.MULTILINE);

    private static List<String> keys(Pattern pattern, String source) {
        return pattern.matcher(Repository.text(Repository.source(source).orElseThrow()))
                .results()
                .map((MatchResult key) -> "`" + key.group(1) + "`")
                .toList();
    }

    @Test
    void namesEveryKey() {
        String page = Repository.text(Repository.file("docs/operations/bookie.md"));
        assertThat(keys(READ, "bookie.BookieConfig"))
                .hasSizeGreaterThan(25)
                .allSatisfy(key -> assertThat(page).contains(key));
        assertThat(keys(IGNORED, "bookie.UpstreamKeys"))
                .hasSizeGreaterThan(90)
                .allSatisfy(key -> assertThat(page).contains(key));
    }
}
