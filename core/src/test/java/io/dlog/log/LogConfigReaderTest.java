package io.dlog.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.log.record.Compression;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LogConfigReaderTest {
    private static LogConfig read(String text) throws ConfigException {
        ConfigReader reader = ConfigReader.parse("test.conf", text);
        LogConfig config = LogConfigReader.read(reader);
        reader.finish();
        return config;
    }

    @Test
    void nothingConfiguredMeansDefaults() throws Exception {
        assertThat(read("")).isEqualTo(LogConfig.defaults());
        assertThat(LogConfig.defaults().toBuilder().build()).isEqualTo(LogConfig.defaults());
    }

    @Test
    void readsKeysByTheirOldNamesToo() throws Exception {
        LogConfig config = read("""
                ensemble-size=5
                bkcWriteQuorumSize=4
                ack-quorum-size=3
                output-buffer-size=0
                rolling-interval=0
                retention-size=4
                compressionType=lz4
                lockTimeoutSeconds=0
                periodicFlushFrequencyMilliSeconds=6
                bkc.numChannelsPerBookie=1
                """);
        assertThat(config.ensembleSize()).isEqualTo(5);
        assertThat(config.writeQuorum()).isEqualTo(4);
        assertThat(config.ackQuorum()).isEqualTo(3);
        assertThat(config.outputBufferBytes()).isZero();
        assertThat(config.rollingInterval()).isZero();
        assertThat(config.compression()).isEqualTo(Compression.LZ4);
        assertThat(config.lockTimeout()).isZero();
        assertThat(config.periodicFlush()).isEqualTo(Duration.ofMillis(6));
    }

    @Test
    void refusesQuorumsThatCannotBe() {
        assertThatThrownBy(() -> read("bkcAckQuorumSize=4")).isInstanceOf(ConfigException.class);
    }
}
