package io.dlog.tools.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfirmationTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private boolean answer(String typed) throws IOException {
        return new Confirmation(
                        new BufferedReader(new StringReader(typed)),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .confirm("Are you sure?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Y\n", "y", "yes\n", "YES", " y \n"})
    void yesMeansYes(String typed) throws IOException {
        assertThat(answer(typed)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"N\n", "n", "no", "No\n", ""})
    void noAndTheEndOfTheInputMeanNo(String typed) throws IOException {
        assertThat(answer(typed)).isFalse();
    }

    @Test
    void asksAgainUntilItUnderstands() throws IOException {
        assertThat(answer("what?\ny\n")).isTrue();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .startsWith("Are you sure? (Y or N) Invalid input: what?")
                .endsWith("Are you sure? (Y or N) ");
    }
}
