package io.dlog.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LogSegmentMetadataCodecTest {
    static Stream<String> recorded() {
        return Golden.text("log-segments.txt").lines().filter(line -> !line.startsWith("#"));
    }

    private static LogSegmentMetadata read(String name, String payload) {
        return LogSegmentMetadataCodec.read(name, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static String written(LogSegmentMetadata segment) {
        return new String(LogSegmentMetadataCodec.write(segment), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void rewritesEachRecordedNodeByteForByte(String line) {
        String[] parts = line.split(" ");
        LogSegmentMetadata segment = read(parts[0], parts[1]);
        assertThat(written(segment)).isEqualTo(parts[1]);
        assertThat(
                        segment.isInProgress()
                                ? LogSegmentMetadataCodec.inProgressName(segment.sequenceNo())
                                : LogSegmentMetadataCodec.completedName(segment.sequenceNo()))
                .isEqualTo(parts[0]);
    }

    @Test
    void readsTheFieldsOfAPartlyTruncatedSegment() {
        LogSegmentMetadata segment =
                read("logrecs_000000000000000001", "12884902149;7;1001;1003;1700000000000;1;4;0;2;0;0");
        assertThat(segment)
                .isEqualTo(new LogSegmentMetadata(
                        5,
                        7,
                        false,
                        1,
                        1001,
                        1003,
                        1700000000000L,
                        3,
                        4,
                        0,
                        Truncation.PARTIALLY_TRUNCATED,
                        2,
                        0,
                        0,
                        0,
                        "logrecs_000000000000000001"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inprogress_3e9 1;5;1001",
                "logrecs_000000000000001001_000000000000001003 1;5;1001;1003;9",
                "inprogress_3e9 2;5;1001;4",
                "logrecs_000000000000001001_000000000000001003 2;5;1001;1003;9;4;8;2",
                "inprogress_000000000000000004 3;5;1001;4;0;0",
                "logrecs_000000000000000004 4;5;1001;1003;9;4;8;2;0;0"
            })
    void keepsOlderVersionsAndNamesAsTheyAre(String line) {
        String[] parts = line.split(" ");
        LogSegmentMetadata segment = read(parts[0], parts[1]);
        assertThat(written(segment)).isEqualTo(parts[1]);
        assertThat(segment.name()).isEqualTo(parts[0]);
        assertThat(segment.ledgerId()).isEqualTo(5);
        assertThat(segment.firstTxId()).isEqualTo(1001);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "6;0;1;1;0;0;-1",
                "0;0;1",
                "5;0;1001;1;0;0",
                "5;0;1001;1;0;0;-1;9",
                "773;0;1;2;3;1;4;0;0;0;0",
                "12884901893;0;1001;1003;1700000000000;1;4;0;0;0;0"
            })
    void refusesWhatIsNotASegmentInProgressAndNamesIt(String payload) {
        assertThatThrownBy(() -> read("inprogress_000000000000000001", payload))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inprogress_000000000000000001");
    }

    @Property(tries = 200)
    void anyCompletedSegmentSurvives(
            @ForAll @IntRange(min = 1, max = 5) int version,
            @ForAll long ledgerId,
            @ForAll @IntRange(max = Integer.MAX_VALUE) int recordCount,
            @ForAll @IntRange(max = 15) int regionId,
            @ForAll Truncation truncation,
            @ForAll @LongRange(min = 1, max = 999_999_999_999_999_999L) long sequenceNo,
            @ForAll long number) {
        LogSegmentMetadata segment = new LogSegmentMetadata(
                version,
                ledgerId,
                false,
                sequenceNo,
                number,
                number + 1,
                number + 2,
                recordCount,
                version >= 2 ? number + 3 : -1,
                version >= 2 ? number + 4 : -1,
                truncation,
                version >= 3 ? number + 5 : 0,
                version >= 3 ? number + 6 : 0,
                version >= 5 ? number + 7 : -1,
                regionId,
                LogSegmentMetadataCodec.completedName(sequenceNo));
        assertThat(LogSegmentMetadataCodec.read(segment.name(), LogSegmentMetadataCodec.write(segment)))
                .isEqualTo(segment);
    }
}
