package io.dlog.tools.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Links of the documents lead somewhere, and each page says whom it is for. */
final class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```");

    @Test
    void everyRelativeLinkResolves() {
        List<String> broken = new ArrayList<>();
        for (Path page : Repository.pages()) {
            Matcher link =
                    LINK.matcher(CODE_BLOCK.matcher(Repository.text(page)).replaceAll(""));
            while (link.find()) {
                String target = link.group(1);
                if (!target.contains("://") && !target.startsWith("#") && !exists(page, target)) {
                    broken.add(page + " -> " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean exists(Path page, String target) {
        int anchor = target.indexOf('#');
        String file = anchor < 0 ? target : target.substring(0, anchor);
        return Files.exists(page.resolveSibling(file).normalize());
    }

    @Test
    void everyPageOfFormatsAndOperationsSaysFirstWhomItIsFor() {
        assertThat(Repository.pages())
                .filteredOn(page ->
                        page.toString().contains("/formats/") || page.toString().contains("/operations/"))
                .isNotEmpty()
                .allSatisfy(
                        page -> assertThat(Repository.text(page).lines().skip(2).findFirst())
                                .as(page.toString())
                                .hasValueSatisfying(line -> assertThat(line).startsWith("*For ")));
    }
}
