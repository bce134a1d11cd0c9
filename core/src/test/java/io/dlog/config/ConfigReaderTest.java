package io.dlog.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigReaderTest {
    enum Colour {
        RED,
        GREEN
    }

    @Test
    void readsEachTypeWithUpstreamsUnitOrItsOwn() throws Exception {
        ConfigReader r = ConfigReader.parse("x.conf", """
                # comment
                port = 3181
                plain=30000
                withUnit=2ms
                size=64
                sizeWithUnit=64MiB
                dirs=/a, /b ,
                colour=green
                on=true
                long=a \\
                     b
                """);
        assertThat(r.integer("port", 1, 0, 65535)).isEqualTo(3181);
        assertThat(r.duration("plain", Duration.ZERO, ChronoUnit.MILLIS)).hasSeconds(30);
        assertThat(r.duration("withUnit", Duration.ZERO, ChronoUnit.SECONDS)).hasMillis(2);
        assertThat(r.dataSize("size", DataSize.ofBytes(1), DataSize.Unit.MEBIBYTES))
                .isEqualTo(DataSize.ofMebibytes(64));
        assertThat(r.dataSize("sizeWithUnit", DataSize.ofBytes(1), DataSize.Unit.BYTES))
                .isEqualTo(DataSize.ofMebibytes(64));
        assertThat(r.list("dirs", List.of())).containsExactly("/a", "/b");
        assertThat(r.oneOf("colour", Colour.RED)).isEqualTo(Colour.GREEN);
        assertThat(r.bool("on", false)).isTrue();
        assertThat(r.required("long")).isEqualTo("a b");
        assertThat(r.string("absent", "default")).isEqualTo("default");
        r.finish();
    }

    @Test
    void namesFileLineAndNearestKeyOfATypo() throws Exception {
        ConfigReader r = ConfigReader.parse("bookie.conf", "\nbookieProt=3181\n");
        assertThat(r.integer("bookiePort", 1, 0, 65535)).isEqualTo(1);
        r.string("zkServers", "");
        assertThatThrownBy(r::finish)
                .isInstanceOf(ConfigException.class)
                .hasMessage("bookie.conf, line 2: unknown key bookieProt; did you mean bookiePort?");
    }

    @Test
    void namesKeyLineValueAndExpectationOfAWrongType() throws Exception {
        ConfigReader r = ConfigReader.parse("bookie.conf", "a=1\nbookiePort=many\nt=5 parsecs\nb=maybe\n");
        assertThatThrownBy(() -> r.integer("bookiePort", 1, 0, 65535))
                .hasMessage("bookie.conf, line 2: bookiePort=many is not a whole number from 0 to 65535");
        assertThatThrownBy(() -> r.duration("t", Duration.ZERO, ChronoUnit.SECONDS))
                .hasMessageStartingWith("bookie.conf, line 3: t=5 parsecs is not a duration")
                .hasMessageEndingWith("plain number of seconds");
        assertThatThrownBy(() -> r.bool("b", false)).hasMessage("bookie.conf, line 4: b=maybe is not true or false");
        assertThatThrownBy(() -> r.required("zkServers")).hasMessage("bookie.conf: zkServers must be set");
    }

    @Test
    void dropsALineNumberPastedBeforeAKey() throws Exception {
        ConfigReader r = ConfigReader.parse("bookie.conf", "185 codahaleStatsHttpPort=9001\n");
        assertThat(r.integer("codahaleStatsHttpPort", 1, 0, 65535)).isEqualTo(9001);
        r.finish();
    }

    @Test
    void namesTheNearestKeyBehindAPastedLineNumber() throws Exception {
        ConfigReader r = ConfigReader.parse("bookie.conf", "185 codahaleStatsPort=9001\n");
        r.string("codahaleStatsHttpPort", "");
        assertThatThrownBy(r::finish).hasMessageContaining("codahaleStatsPort; did you mean codahaleStatsHttpPort?");
    }

    @Test
    void acceptsKeysThatHaveNoEffectHere() throws Exception {
        ConfigReader r = ConfigReader.parse("bookie.conf", "pageSize=8192\nei.delay=1\n");
        r.ignore("pageSize", "the index has no pages");
        r.ignorePrefix("ei.", "no error injection");
        r.finish();
    }

    @Test
    void prefersTheNewNameOfAnAlias() throws Exception {
        ConfigReader both = ConfigReader.parse("a", "retention-size=4\nlogSegmentRetentionHours=7\n");
        both.alias("retention-size", "logSegmentRetentionHours");
        assertThat(both.integer("logSegmentRetentionHours", 72, 0, 1000)).isEqualTo(7);
        both.finish();
        ConfigReader old = ConfigReader.parse("a", "retention-size=4\n");
        old.alias("retention-size", "logSegmentRetentionHours");
        assertThat(old.integer("logSegmentRetentionHours", 72, 0, 1000)).isEqualTo(4);
        old.finish();
    }

    @Test
    void saysWhichFileIsMissing(@TempDir Path dir) throws Exception {
        assertThatThrownBy(() -> ConfigReader.open(dir.resolve("none.conf")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("no such configuration file: ");
        Path file = Files.writeString(dir.resolve("a.conf"), "k=v");
        assertThat(ConfigReader.open(file).required("k")).isEqualTo("v");
    }

    @Test
    void printsSizesInTheLargestWholeUnit() {
        assertThat(DataSize.ofBytes(1 << 26)).hasToString("64MiB");
        assertThat(DataSize.ofBytes(1025)).hasToString("1025B");
        assertThat(DataSize.parse("2 GB", DataSize.Unit.BYTES).bytes()).isEqualTo(2L << 30);
        assertThatThrownBy(() -> DataSize.parse("99999999999TiB", DataSize.Unit.BYTES))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
