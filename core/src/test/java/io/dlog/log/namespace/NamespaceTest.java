package io.dlog.log.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.log.InvalidStreamNameException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamespaceTest {
    private static final NamespaceBinding GUIDE = new NamespaceBinding(
            "127.0.0.1:2181",
            "/messaging/bookkeeper/ledgers",
            false,
            true,
            "127.0.0.1:2181",
            "127.0.0.1:2181",
            "127.0.0.1:2181",
            null,
            null,
            null);

    private static final String GUIDE_BYTES = "1\nBKDL\n{\"1\":{\"str\":\"127.0.0.1:2181\"},"
            + "\"2\":{\"str\":\"/messaging/bookkeeper/ledgers\"},\"3\":{\"tf\":0},\"4\":{\"tf\":1},"
            + "\"5\":{\"str\":\"127.0.0.1:2181\"},\"6\":{\"str\":\"127.0.0.1:2181\"},"
            + "\"7\":{\"str\":\"127.0.0.1:2181\"}}";

    private static NamespaceBinding read(String text) {
        return NamespaceBindingCodec.read(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theGuidesBindingHasTheBytesOfTheOriginal() {
        assertThat(new String(NamespaceBindingCodec.write(GUIDE), StandardCharsets.UTF_8))
                .isEqualTo(GUIDE_BYTES);
        assertThat(read(GUIDE_BYTES)).isEqualTo(GUIDE);
    }

    @Test
    void optionalFieldsAreWrittenWhenSet() {
        NamespaceBinding full =
                new NamespaceBinding("a:1", "/l\"\\\n", true, false, "b:1", "c:1", "d:1", "/.acl", 7L, true);
        byte[] bytes = NamespaceBindingCodec.write(full);
        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .endsWith("\"8\":{\"str\":\"/.acl\"},\"9\":{\"i64\":7},\"10\":{\"tf\":1}}");
        assertThat(NamespaceBindingCodec.read(bytes)).isEqualTo(full);
    }

    @Test
    void readersFallBackToTheWritersServers() {
        NamespaceBinding binding = read(
                "1\nBKDL\n{\"1\":{\"str\":\"a:1\"},\"2\":{\"str\":\"/l\"},\"6\":{\"str\":\"c:1\"},\"99\":{\"i32\":1}}");
        assertThat(binding.bkZkServersForReader()).isEqualTo("a:1");
        assertThat(binding.dlZkServersForReader()).isEqualTo("c:1");
        assertThat(binding.sanityCheckTxnId()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1\nBKDL\n", "2\nBKDL\n{}", "1\nBKDL\n{}", "1\nBKDL\n[]", "1\nBKDL\n{\"1\":{\"str\":"})
    void whatIsNotABindingIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void addressesAreTakenApart() {
        NamespaceUri uri = NamespaceUri.parse("distributedlog-bk://zk1:2181;zk2:2182,zk3/messaging/ns/");
        assertThat(uri).isEqualTo(new NamespaceUri("zk1:2181,zk2:2182,zk3:2181", "/messaging/ns"));
        assertThat(NamespaceUri.parse(uri.toString())).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://a:1/b",
                "distributedlog://a:1",
                "distributedlog://a:1/",
                "distributedlog:///ns",
                "distributedlog://a:x/ns",
                "distributedlog://a:70000/ns",
                "distributedlog-etcd://a:1/ns",
                "distributedlog://a:1;;b:1/ns",
                "distributedlog://a:1/ns//b"
            })
    void malformedAddressesAreRefusedInOneLineWithAnExample(String uri) {
        assertThatThrownBy(() -> NamespaceUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("write it like distributedlog://")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "stream-1", "a/b/c", "/a", "ä.b:c", "messaging_1"})
    void ordinaryNamesAreAccepted(String name) throws Exception {
        assertThat(LogNames.checked(name)).isEqualTo(name.startsWith("/") ? name.substring(1) : name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                ".a",
                "<default>",
                "a/",
                "a//b",
                "a/./b",
                "../a",
                "a b",
                "a<",
                "a\u0000",
                "a\u0085",
                "\ud83d\ude00"
            })
    void namesThatCannotBeNodesOrAreReservedAreRefused(String name) {
        assertThatThrownBy(() -> LogNames.checked(name)).isInstanceOf(InvalidStreamNameException.class);
    }
}
