package io.dlog.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.config.DataSize;
import io.dlog.log.LogConfigReader;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteProxyConfigTest {
    private static WriteProxyConfig read(String text) throws ConfigException {
        ConfigReader reader = ConfigReader.parse("test.conf", text);
        WriteProxyConfig config = WriteProxyConfig.read(reader);
        reader.finish();
        return config;
    }

    @Test
    void anEmptyFileGivesTheDefaults() throws Exception {
        assertThat(read(""))
                .isEqualTo(new WriteProxyConfig(
                        "127.0.0.1",
                        0,
                        0,
                        Runtime.getRuntime().availableProcessors(),
                        WriteProxyConfig.Transport.FINAGLE,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        false,
                        100_000,
                        10_000,
                        100_000,
                        DataSize.ofMebibytes(512)));
    }

    @Test
    void everyKeyIsReadInItsUnit() throws Exception {
        assertThat(read("""
                        server_host=10.0.0.1
                        server_port=4181
                        server_shard=3
                        server_threads=16
                        proxyTransport=netty
                        server_service_timeout_ms=60000
                        server_writer_close_timeout_ms=500
                        server_graceful_shutdown_period_ms=20
                        failFastOnStreamNotReady=true
                        maxAcquiredPartitionsPerProxy=7
                        queuedOperationsPerStreamMax=8
                        inFlightRequestsMax=9
                        inFlightBytesMax=64MiB
                        """))
                .isEqualTo(new WriteProxyConfig(
                        "10.0.0.1",
                        4181,
                        3,
                        16,
                        WriteProxyConfig.Transport.NETTY,
                        Duration.ofMinutes(1),
                        Duration.ofMillis(500),
                        Duration.ofMillis(20),
                        true,
                        7,
                        8,
                        9,
                        DataSize.ofMebibytes(64)));
    }

    @Test
    void bothNamesOfTheServiceTimeoutCount() throws Exception {
        assertThat(read("serviceTimeoutMs=5").serviceTimeout()).isEqualTo(Duration.ofMillis(5));
        assertThat(read("server_service_timeout_ms=5").serviceTimeout()).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void whatCannotBeIsRefusedByKeyAndValue() {
        assertThatThrownBy(() -> read("server_shard=-1")).hasMessageContaining("server_shard=-1");
        assertThatThrownBy(() -> read("server_port=65536")).hasMessageContaining("server_port=65536");
        assertThatThrownBy(() -> read("proxyTransport=pigeon")).hasMessageContaining("pigeon");
        assertThatThrownBy(() -> read("server_treads=1")).hasMessageContaining("did you mean server_threads?");
    }

    @Test
    void theShippedFileIsUnderstood() throws Exception {
        ConfigReader reader = ConfigReader.open(Path.of("../conf/write_proxy.conf"));
        WriteProxyConfig config = WriteProxyConfig.read(reader);
        LogConfigReader.read(reader);
        reader.finish();
        assertThat(config.threads()).isEqualTo(16);
        assertThat(config.serviceTimeout()).isEqualTo(Duration.ofMinutes(1));
    }
}
