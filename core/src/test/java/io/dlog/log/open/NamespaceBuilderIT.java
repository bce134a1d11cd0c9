package io.dlog.log.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.DLException;
import io.dlog.log.LogConfig;
import io.dlog.metadata.zookeeper.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
final class NamespaceBuilderIT {
    private static final LogConfig CONFIG = LogConfig.defaults().toBuilder()
            .zkSessionTimeout(Duration.ofSeconds(10))
            .build();

    @Test
    void saysHowToBindANamespaceThatIsNot(@TempDir Path directory) throws Exception {
        try (EmbeddedZooKeeper zk = EmbeddedZooKeeper.start("127.0.0.1", 0, directory)) {
            String uri = "distributedlog://" + zk.connectString() + "/messaging/ns";
            assertThatThrownBy(
                            () -> new NamespaceBuilder().uri(uri).conf(CONFIG).build())
                    .isInstanceOf(DLException.class)
                    .hasMessageStartingWith("no bookkeeper is bound to " + uri)
                    .hasMessageContaining("dlog admin bind");
        }
    }

    @Test
    void refusesAMalformedAddressInOneLine() {
        assertThatThrownBy(() -> new NamespaceBuilder().uri("zookeeper:/x").build())
                .isInstanceOf(DLException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains("zookeeper:/x"));
    }
}
