package io.dlog.tools.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.DistributedLogManager;
import io.dlog.log.Namespace;
import io.dlog.log.open.NamespaceBuilder;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.proxyclient.WriteProxyClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
@Timeout(120)
final class LocalClusterIT {
    private Path data;

    @BeforeEach
    void chooseDirectory(@TempDir Path scratch) {
        data = scratch;
    }

    @Test
    void keepsWhatWasWrittenWhenItStartsAgainOnTheSameData() throws Exception {
        try (LocalCluster cluster = start()) {
            write(cluster, "one", "two", "three");
            assertThat(read(cluster, 3)).containsExactly("one", "two", "three");
        }
        try (LocalCluster cluster = start()) {
            assertThat(read(cluster, 3)).containsExactly("one", "two", "three");
            write(cluster, "four");
            assertThat(read(cluster, 4)).containsExactly("one", "two", "three", "four");
            assertThat(cluster.failed()).isNotDone();
        }
    }

    @Test
    void namesThePortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> LocalCluster.start(new LocalCluster.Settings(data, 1, 0, port)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("port " + port + " of 127.0.0.1 is taken");
        }
    }

    private LocalCluster start() throws IOException {
        return LocalCluster.start(new LocalCluster.Settings(data, 3, 1, 0));
    }

    private static void write(LocalCluster cluster, String... payloads) throws Exception {
        try (WriteProxyClient client =
                WriteProxyClient.builder(cluster.proxyName(), "test").build()) {
            for (String payload : payloads) {
                client.write("stream", ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)))
                        .get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static List<String> read(LocalCluster cluster, int count) throws Exception {
        List<String> payloads = new ArrayList<>();
        try (Namespace namespace =
                        new NamespaceBuilder().uri(cluster.uri().toString()).build();
                DistributedLogManager log = namespace.openLog("stream")) {
            var reader = log.openAsyncLogReader(DLSN.InitialDLSN).get(30, TimeUnit.SECONDS);
            while (payloads.size() < count) {
                LogRecordWithDLSN record = reader.readNext().get(30, TimeUnit.SECONDS);
                payloads.add(new String(record.getPayload(), StandardCharsets.UTF_8));
            }
            reader.asyncClose().get(30, TimeUnit.SECONDS);
        }
        return payloads;
    }
}
