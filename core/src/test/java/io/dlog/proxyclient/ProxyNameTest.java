package io.dlog.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyNameTest {
    @Test
    void aServerSetIsServersAndAPath() {
        assertThat(ProxyName.parse("zk!127.0.0.1:2181!/messaging/ns/.write_proxy"))
                .isEqualTo(new ProxyName.ZooKeeper("127.0.0.1:2181", "/messaging/ns/.write_proxy"));
        assertThat(ProxyName.parse("zk!a:2181,b:2181!/ns/.write_proxy!thrift"))
                .isEqualTo(new ProxyName.ZooKeeper("a:2181,b:2181", "/ns/.write_proxy"));
    }

    @Test
    void hostsAreListedWithOrWithoutTheirKind() {
        Endpoint first = new Endpoint("127.0.0.1", 4181);
        Endpoint second = new Endpoint("proxy2", 4182);
        assertThat(ProxyName.parse("inet!127.0.0.1:4181")).isEqualTo(new ProxyName.Hosts(List.of(first)));
        assertThat(ProxyName.parse("inet!127.0.0.1:4181,proxy2:4182"))
                .isEqualTo(new ProxyName.Hosts(List.of(first, second)));
        assertThat(ProxyName.parse("proxy2:4182")).isEqualTo(new ProxyName.Hosts(List.of(second)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "zk!",
                "zk!127.0.0.1:2181",
                "zk!!/ns",
                "zk!127.0.0.1:2181!ns",
                "http!127.0.0.1:80",
                "inet!",
                "inet!127.0.0.1",
                "inet!:4181",
                "inet!127.0.0.1:port",
                "inet!127.0.0.1:65536",
                "inet!127.0.0.1:4181,",
                "inet!a:1!b"
            })
    void whatIsNoNameIsRefusedWithTheName(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProxyName.parse(text))
                .withMessageContaining(text);
    }
}
