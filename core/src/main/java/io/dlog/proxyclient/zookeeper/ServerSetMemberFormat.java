package io.dlog.proxyclient.zookeeper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dlog.proxyclient.transport.ServerSetMember;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The data of one {@code member_} node.
 *
 * <pre>
 *   {"serviceEndpoint":{"host":"127.0.0.1","port":4181},
 *    "additionalEndpoints":{"aurora":{...},"service":{...},"stats":{...},"thrift":{...}},
 *    "status":"ALIVE",
 *    "shard":7}                                             without line breaks
 * </pre>
 *
 * <p>All four fields are always written: Finagle's {@code zk!} resolver dies of a member without additional endpoints.
 * Unknown fields are skipped; only the service endpoint is required. Thread: safe, because it keeps nothing. Source:
 * com.twitter.common server sets.
 */
final class ServerSetMemberFormat {
    /** Longest data that is read; a member takes a few hundred bytes. */
    static final int MEMBER_BYTES_MAX = 64 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    private ServerSetMemberFormat() {}

    static byte[] write(ServerSetMember member) {
        ObjectNode root = JSON.createObjectNode();
        endpoint(root.putObject("serviceEndpoint"), member.service());
        ObjectNode additional = root.putObject("additionalEndpoints");
        new TreeMap<>(member.additionalEndpoints())
                .forEach((name, endpoint) -> endpoint(additional.putObject(name), endpoint));
        root.put("status", member.status());
        root.put("shard", member.shard());
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void endpoint(ObjectNode node, Endpoint endpoint) {
        node.put("host", endpoint.host());
        node.put("port", endpoint.port());
    }

    /** Reads a member; an {@link IOException} says what is wrong with it. */
    static ServerSetMember read(byte[] data) throws IOException {
        if (data.length > MEMBER_BYTES_MAX) {
            throw new IOException("member of " + data.length + " bytes");
        }
        try {
            JsonNode root = JSON.readTree(data);
            Map<String, Endpoint> additional = new HashMap<>();
            for (Map.Entry<String, JsonNode> field :
                    root.path("additionalEndpoints").properties()) {
                additional.put(field.getKey(), endpoint(field.getValue()));
            }
            return new ServerSetMember(
                    endpoint(root.path("serviceEndpoint")),
                    additional,
                    root.path("status").asText(ServerSetMember.ALIVE),
                    root.path("shard").asInt(-1));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException("not a server set member: " + e.getMessage(), e);
        }
    }

    private static Endpoint endpoint(JsonNode node) {
        return new Endpoint(node.path("host").asText(""), node.path("port").asInt(-1));
    }
}
