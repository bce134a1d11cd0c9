package io.dlog.tools.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ten steps of a write and of a read on the architecture page are classes, and each leads to the next. */
final class ArchitecturePageTest {
    private static final int STEPS = 10;
    private static final Pattern STEP = Pattern.compile("(?ms)^(\\d+)\\. (`.*?)(?=^\\d+\\. |\\n\\n)");
    private static final Pattern CODE = Pattern.compile("`([a-z.]*)([A-Z]\\w+)`");
    private static final Pattern INTERFACES = Pattern.compile("class \\w+[^{]*? implements ([\\w., <>]+) \\{");

    /**
     * A step of the page.
     *
     * @param sources of the classes that it names, by simple name
     */
    private record Step(int number, String text, Map<String, Path> sources) {
        /** Names by which the step before may reach this one: its classes and what they implement. */
        List<String> doors() {
            List<String> doors = new ArrayList<>(sources.keySet());
            for (Path source : sources.values()) {
                Matcher interfaces = INTERFACES.matcher(Repository.text(source));
                if (interfaces.find()) {
                    for (String name : interfaces.group(1).split("[, ]+")) {
                        doors.add(name.substring(name.lastIndexOf('.') + 1));
                    }
                }
            }
            return doors;
        }

        boolean leadsTo(Step next) {
            return sources.values().stream()
                    .map(Repository::text)
                    .anyMatch(source -> next.doors().stream()
                            .anyMatch(door -> Pattern.compile("\\b" + door + "\\b")
                                    .matcher(source)
                                    .find()));
        }
    }

    private static List<Step> steps(String heading) {
        String page = Repository.text(Repository.file("docs/ARCHITECTURE.md"));
        int start = page.indexOf("## " + heading);
        assertThat(start).as(heading).isNotNegative();
        int end = page.indexOf("\n## ", start);
        List<Step> steps = new ArrayList<>();
        Matcher step = STEP.matcher(page.substring(start, end));
        while (step.find()) {
            steps.add(new Step(Integer.parseInt(step.group(1)), step.group(2), sources(step.group(2))));
        }
        return steps;
    }

    /** A class without a package is of the package that the step names first, or of any other step's package. */
    private static Map<String, Path> sources(String text) {
        Map<String, Path> sources = new LinkedHashMap<>();
        String packageName = "";
        Matcher code = CODE.matcher(text);
        while (code.find()) {
            if (!code.group(1).isEmpty()) {
                packageName = code.group(1);
                Optional<Path> source = Repository.source(packageName + code.group(2));
                assertThat(source)
                        .as("source of %s%s", packageName, code.group(2))
                        .isPresent();
                sources.put(code.group(2), source.orElseThrow());
            } else {
                Repository.source(packageName + code.group(2))
                        .ifPresentOrElse(
                                source -> sources.put(code.group(2), source),
                                () -> elsewhere(code.group(2)).ifPresent(source -> sources.put(code.group(2), source)));
            }
        }
        return sources;
    }

    private static Optional<Path> elsewhere(String name) {
        return Set.of("bookie.entrylog.", "bookie.index.", "protocol.").stream()
                .flatMap(packageName -> Repository.source(packageName + name).stream())
                .findFirst();
    }

    @ParameterizedTest
    @CsvSource({"How a write reads, 6", "How a read reads, 5"})
    void eachStepIsAClassThatKnowsTheNextOne(String heading, int lastBeforeTheNetwork) {
        List<Step> steps = steps(heading);
        assertThat(steps).extracting(Step::number).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, STEPS);
        assertThat(steps)
                .allSatisfy(step -> assertThat(step.sources()).as(step.text()).isNotEmpty());
        for (int i = 0; i < STEPS - 1; i++) {
            Step step = steps.get(i);
            Step next = steps.get(i + 1);
            assertThat(step.number() == lastBeforeTheNetwork || step.leadsTo(next))
                    .as("%s: step %d %s refers to none of %s", heading, step.number(), step.sources(), next.doors())
                    .isTrue();
        }
    }
}
