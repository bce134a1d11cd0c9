package io.dlog.tools.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.record.LogRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LinesTest {
    private static List<String> lines(String text) throws IOException {
        List<String> found = new ArrayList<>();
        try (Lines lines = new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                found.add(new String(line.get(), StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    @Test
    void keepsEveryByteButTheNewlines() throws IOException {
        assertThat(lines("")).isEmpty();
        assertThat(lines("a")).containsExactly("a");
        assertThat(lines("a\n")).containsExactly("a");
        assertThat(lines("\n\nä\r\n b \nc")).containsExactly("", "", "ä\r", " b ", "c");
    }

    @Test
    void refusesALineThatIsNoRecord() throws IOException {
        String longest = "x".repeat(LogRecord.MAX_LOGRECORD_SIZE);
        assertThat(lines("a\n" + longest)).containsExactly("a", longest);
        assertThatThrownBy(() -> lines("a\n" + longest + "x"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("line 2 is longer than");
    }
}
