package io.dlog.log.namespace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a namespace's node: two lines of header, then Thrift's JSON form of a struct, field number to typed value.
 *
 * <pre>
 *   1\nBKDL\n
 *   {"1":{"str":"zk:2181"},"2":{"str":"/ledgers"},"3":{"tf":1},"4":{"tf":0},"5":{"str":...},"6":{"str":...},
 *    "7":{"str":...},"8":{"str":"/.acl"},"9":{"i64":1},"10":{"tf":1}}
 *
 *   1 bkZkServers   2 bkLedgersPath   3 sanityCheckTxnID   4 encodeRegionID   5 bkZkServersForReader
 *   6 dlZkServersForWriter   7 dlZkServersForReader   8 aclRootPath   9 firstLogSegmentSeqNo   10 federatedNamespace
 * </pre>
 *
 * <p>Fields 8 to 10 are written only when set. On reading, a missing reader's server list is the writer's, a missing
 * {@code sanityCheckTxnID} is true; other field numbers are skipped. Another header is refused. Source: DistributedLog,
 * "BKDLConfig".
 */
public final class NamespaceBindingCodec {
    private static final String HEADER = "1\nBKDL\n";
    private static final String TEXT = "str";
    private static final String TRUTH = "tf";
    private static final String NUMBER = "i64";
    private static final ObjectMapper JSON = new ObjectMapper();

    private NamespaceBindingCodec() {}

    /** Encodes. */
    public static byte[] write(NamespaceBinding binding) {
        StringBuilder out = new StringBuilder(HEADER).append('{');
        text(out, 1, binding.bkZkServers());
        text(out, 2, binding.bkLedgersPath());
        truth(out, 3, binding.sanityCheckTxnId());
        truth(out, 4, binding.encodeRegionId());
        text(out, 5, binding.bkZkServersForReader());
        text(out, 6, binding.dlZkServersForWriter());
        text(out, 7, binding.dlZkServersForReader());
        String aclRootPath = binding.aclRootPath();
        if (aclRootPath != null) {
            text(out, 8, aclRootPath);
        }
        Long firstLogSegmentSeqNo = binding.firstLogSegmentSeqNo();
        if (firstLogSegmentSeqNo != null) {
            field(out, 9, NUMBER, firstLogSegmentSeqNo.toString());
        }
        Boolean isFederated = binding.isFederated();
        if (isFederated != null) {
            truth(out, 10, isFederated);
        }
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void text(StringBuilder out, int number, String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < 0x20) {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        field(out, number, TEXT, quoted.append('"').toString());
    }

    private static void truth(StringBuilder out, int number, boolean value) {
        field(out, number, TRUTH, value ? "1" : "0");
    }

    private static void field(StringBuilder out, int number, String type, String value) {
        if (out.charAt(out.length() - 1) != '{') {
            out.append(',');
        }
        out.append('"').append(number).append("\":{\"").append(type).append("\":");
        out.append(value).append('}');
    }

    /** Decodes; what isn't a binding is an {@link IllegalArgumentException}. */
    public static NamespaceBinding read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.startsWith(HEADER)) {
            throw new IllegalArgumentException("no binding of version 1 and type BKDL");
        }
        JsonNode struct;
        try {
            struct = JSON.readTree(text.substring(HEADER.length()));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("binding can't be read: " + e.getOriginalMessage(), e);
        }
        if (struct == null || !struct.isObject()) {
            throw new IllegalArgumentException("binding can't be read: no struct");
        }
        String bkZkServers = required(struct, 1);
        JsonNode sanityCheck = value(struct, 3, TRUTH);
        JsonNode encodeRegion = value(struct, 4, TRUTH);
        JsonNode aclRootPath = value(struct, 8, TEXT);
        JsonNode firstSeqNo = value(struct, 9, NUMBER);
        JsonNode federated = value(struct, 10, TRUTH);
        String dlWriter = optional(struct, 6, "");
        return new NamespaceBinding(
                bkZkServers,
                required(struct, 2),
                sanityCheck == null || sanityCheck.asInt() != 0,
                encodeRegion != null && encodeRegion.asInt() != 0,
                optional(struct, 5, bkZkServers),
                dlWriter,
                optional(struct, 7, dlWriter),
                aclRootPath == null ? null : aclRootPath.asText(),
                firstSeqNo == null ? null : firstSeqNo.asLong(),
                federated == null ? null : federated.asInt() != 0);
    }

    private static @Nullable JsonNode value(JsonNode struct, int number, String type) {
        JsonNode field = struct.get(Integer.toString(number));
        return field == null ? null : field.get(type);
    }

    private static String optional(JsonNode struct, int number, String otherwise) {
        JsonNode value = value(struct, number, TEXT);
        return value == null ? otherwise : value.asText();
    }

    private static String required(JsonNode struct, int number) {
        JsonNode value = value(struct, number, TEXT);
        if (value == null) {
            throw new IllegalArgumentException("binding can't be read: field " + number + " is missing");
        }
        return value.asText();
    }
}
