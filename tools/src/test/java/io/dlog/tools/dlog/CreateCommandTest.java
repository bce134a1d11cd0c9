package io.dlog.tools.dlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.tools.console.CommandException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CreateCommandTest {
    @Test
    void aRangeIncludesBothEnds() {
        List<String> names = CreateCommand.names("stream-", "0-10");

        assertThat(names).hasSize(11).startsWith("stream-0", "stream-1").endsWith("stream-10");
    }

    @Test
    void numbersStandForThemselves() {
        assertThat(CreateCommand.names("s", "1,5,7")).containsExactly("s1", "s5", "s7");
    }

    @Test
    void aWordFollowsThePrefix() {
        assertThat(CreateCommand.names("orders-", "eu")).containsExactly("orders-eu");
        assertThat(CreateCommand.names("", "orders")).containsExactly("orders");
    }

    @Test
    void anEmptyRangeAndNoWordsAreNothing() {
        assertThat(CreateCommand.names("s", "5-4")).isEmpty();
        assertThat(CreateCommand.names("", "")).isEmpty();
    }

    @Test
    void refusesARangeThatMustBeASlip() {
        assertThatThrownBy(() -> CreateCommand.names("s", "0-999999999"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("100000");
    }
}
