package io.dlog.ledger;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a ledger's node.
 *
 * <pre>
 *   BookieMetadataFormatVersion\t<1, 2 or 3>\n, then
 *
 *   1  text: write quorum\n ensemble size\n length\n
 *            per fragment: first entry\tbookie\tbookie...\n
 *            closed: last entry\tCLOSED      in recovery: -102\tCLOSED      (no line end)
 *   2  protobuf text of the message below, without cToken
 *   3  varint length, then the message:
 *      1 write quorum   2 ensemble size  3 length        4 last entry   5 state (1 open, 2 in recovery, 3 closed)
 *      6 fragment*: {1 bookie*, 2 first entry}           7 digest (1 CRC32, 2 HMAC, 3 CRC32C, 4 DUMMY)
 *      8 password       9 ack quorum    10 ctime ms     11 custom*: {1 key, 2 value}       12 cToken
 * </pre>
 *
 * <p>Format 1 knows neither ack quorum (equal to the write quorum), digest nor password. Length 0 and last entry -1 of an
 * open ledger, and cToken 0, are written out. Custom metadata is written in order of key. Fields that a later version may
 * add are skipped and not kept. Any other format version is refused. Source: Apache BookKeeper 4.17, znodes recorded in
 * {@code golden/bookkeeper-znodes.txt}.
 */
public final class LedgerMetadataCodec {
    private static final String HEADER = "BookieMetadataFormatVersion\t";
    private static final String CLOSED = "CLOSED";
    private static final long IN_RECOVERY_MARK = -102;
    private static final DigestType[] DIGESTS = {DigestType.CRC32, DigestType.MAC, DigestType.CRC32C, DigestType.DUMMY};
    private static final List<String> DIGEST_NAMES = List.of("CRC32", "HMAC", "CRC32C", "DUMMY");

    private LedgerMetadataCodec() {}

    /** Encodes in the metadata's own format version. */
    public static byte[] write(LedgerMetadata metadata) {
        String header = HEADER + metadata.formatVersion() + '\n';
        return switch (metadata.formatVersion()) {
            case 1 -> (header + writeLines(metadata)).getBytes(StandardCharsets.UTF_8);
            case 2 -> (header + writeText(metadata)).getBytes(StandardCharsets.UTF_8);
            case 3 -> {
                byte[] message = writeMessage(metadata);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
                out.writeBytes(
                        new ProtobufFields.Writer().varint(message.length).toByteArray());
                out.writeBytes(message);
                yield out.toByteArray();
            }
            default -> throw new AssertionError("format " + metadata.formatVersion());
        };
    }

    /** Decodes any of the three forms; what isn't one is an {@link IllegalArgumentException} that names the ledger. */
    public static LedgerMetadata read(long ledgerId, byte[] bytes) {
        try {
            int lineEnd = indexOf(bytes, '\n');
            String header = new String(bytes, 0, lineEnd, StandardCharsets.UTF_8);
            if (!header.startsWith(HEADER)) {
                throw new IllegalArgumentException("no format header");
            }
            String version = header.substring(HEADER.length()).strip();
            return switch (version) {
                case "1" -> readLines(ledgerId, bytes, lineEnd + 1);
                case "2" -> readText(ledgerId, ProtobufText.read(bytes, lineEnd + 1));
                case "3" -> readMessage(ledgerId, ProtobufFields.Reader.delimited(bytes, lineEnd + 1));
                default -> throw new IllegalArgumentException("format version " + version);
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "metadata of ledger " + ledgerId + " can't be read: " + e.getMessage(), e);
        }
    }

    private static int indexOf(byte[] bytes, char wanted) {
        for (int i = 0; i < Math.min(bytes.length, HEADER.length() + 12); i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        throw new IllegalArgumentException("no format header");
    }

    // Format 1

    private static String writeLines(LedgerMetadata metadata) {
        StringBuilder out = new StringBuilder();
        out.append(metadata.writeQuorum()).append('\n');
        out.append(metadata.ensembleSize()).append('\n');
        out.append(metadata.length()).append('\n');
        for (LedgerFragment fragment : metadata.fragments()) {
            out.append(fragment.firstEntryId());
            fragment.ensemble().forEach(bookie -> out.append('\t').append(bookie));
            out.append('\n');
        }
        switch (metadata.state()) {
            case OPEN -> {}
            case IN_RECOVERY -> out.append(IN_RECOVERY_MARK).append('\t').append(CLOSED);
            case CLOSED -> out.append(metadata.lastEntryId()).append('\t').append(CLOSED);
        }
        return out.toString();
    }

    private static LedgerMetadata readLines(long ledgerId, byte[] bytes, int offset) {
        String[] lines = new String(bytes, offset, bytes.length - offset, StandardCharsets.UTF_8).split("\n");
        if (lines.length < 4) {
            throw new IllegalArgumentException(lines.length + " lines");
        }
        Fields fields = new Fields();
        fields.writeQuorum = Integer.parseInt(lines[0]);
        fields.ackQuorum = fields.writeQuorum;
        fields.ensembleSize = Integer.parseInt(lines[1]);
        fields.length = Long.parseLong(lines[2]);
        fields.state = LedgerState.OPEN;
        for (int i = 3; i < lines.length; i++) {
            String[] parts = lines[i].split("\t");
            if (parts.length == 2 && parts[1].equals(CLOSED)) {
                long mark = Long.parseLong(parts[0]);
                fields.state = mark == IN_RECOVERY_MARK ? LedgerState.IN_RECOVERY : LedgerState.CLOSED;
                fields.lastEntryId = mark == IN_RECOVERY_MARK ? LedgerMetadata.NO_ENTRY : mark;
            } else {
                List<BookieId> ensemble =
                        Arrays.stream(parts).skip(1).map(BookieId::new).toList();
                fields.fragments.add(new LedgerFragment(Long.parseLong(parts[0]), ensemble));
            }
        }
        return fields.toMetadata(ledgerId, 1);
    }

    // Format 2

    private static String writeText(LedgerMetadata metadata) {
        StringBuilder out = new StringBuilder();
        ProtobufText.writeToken(out, "quorumSize", metadata.writeQuorum());
        ProtobufText.writeToken(out, "ensembleSize", metadata.ensembleSize());
        ProtobufText.writeToken(out, "length", metadata.length());
        ProtobufText.writeToken(out, "lastEntryId", metadata.lastEntryId());
        ProtobufText.writeToken(out, "state", metadata.state());
        for (LedgerFragment fragment : metadata.fragments()) {
            out.append("segment {\n");
            for (BookieId bookie : fragment.ensemble()) {
                out.append("  ");
                ProtobufText.writeText(out, "ensembleMember", bookie.id());
            }
            out.append("  ");
            ProtobufText.writeToken(out, "firstEntryId", fragment.firstEntryId());
            out.append("}\n");
        }
        DigestType digest = metadata.digestType();
        if (digest != null) {
            ProtobufText.writeToken(out, "digestType", DIGEST_NAMES.get(digestNumber(digest) - 1));
        }
        byte[] password = metadata.password();
        if (password != null) {
            ProtobufText.writeBytes(out, "password", password);
        }
        ProtobufText.writeToken(out, "ackQuorumSize", metadata.ackQuorum());
        if (metadata.ctimeMillis() >= 0) {
            ProtobufText.writeToken(out, "ctime", metadata.ctimeMillis());
        }
        new TreeMap<>(metadata.customMetadata()).forEach((key, value) -> {
            out.append("customMetadata {\n  ");
            ProtobufText.writeText(out, "key", key);
            out.append("  ");
            ProtobufText.writeBytes(out, "value", value);
            out.append("}\n");
        });
        return out.toString();
    }

    private static LedgerMetadata readText(long ledgerId, List<ProtobufText> message) {
        Fields fields = new Fields();
        for (ProtobufText field : message) {
            switch (field.name()) {
                case "quorumSize" -> fields.writeQuorum = Integer.parseInt(field.text());
                case "ensembleSize" -> fields.ensembleSize = Integer.parseInt(field.text());
                case "length" -> fields.length = field.number();
                case "lastEntryId" -> fields.lastEntryId = field.number();
                case "state" -> fields.state = LedgerState.valueOf(field.text());
                case "segment" ->
                    fields.fragments.add(new LedgerFragment(
                            ProtobufText.first(field.fields(), "firstEntryId")
                                    .orElseThrow(() -> new IllegalArgumentException("segment without firstEntryId"))
                                    .number(),
                            ProtobufText.all(field.fields(), "ensembleMember").stream()
                                    .map(member -> new BookieId(member.text()))
                                    .toList()));
                case "digestType" -> fields.digestType = digestOf(DIGEST_NAMES.indexOf(field.text()) + 1);
                case "password" -> fields.password = field.scalar();
                case "ackQuorumSize" -> fields.ackQuorum = Integer.parseInt(field.text());
                case "ctime" -> fields.ctimeMillis = field.number();
                case "cToken" -> fields.cToken = field.number();
                case "customMetadata" ->
                    fields.customMetadata.put(
                            ProtobufText.first(field.fields(), "key")
                                    .map(ProtobufText::text)
                                    .orElse(""),
                            ProtobufText.first(field.fields(), "value")
                                    .map(ProtobufText::scalar)
                                    .orElse(new byte[0]));
                default -> {
                    // A later version's field: nothing of ours depends on it.
                }
            }
        }
        return fields.toMetadata(ledgerId, 2);
    }

    // Format 3

    private static byte[] writeMessage(LedgerMetadata metadata) {
        ProtobufFields.Writer out = new ProtobufFields.Writer()
                .number(1, metadata.writeQuorum())
                .number(2, metadata.ensembleSize())
                .number(3, metadata.length())
                .number(4, metadata.lastEntryId())
                .number(5, stateNumber(metadata.state()));
        for (LedgerFragment fragment : metadata.fragments()) {
            ProtobufFields.Writer inner = new ProtobufFields.Writer();
            fragment.ensemble().forEach(bookie -> inner.text(1, bookie.id()));
            out.bytes(6, inner.number(2, fragment.firstEntryId()).toByteArray());
        }
        DigestType digest = metadata.digestType();
        if (digest != null) {
            out.number(7, digestNumber(digest));
        }
        byte[] password = metadata.password();
        if (password != null) {
            out.bytes(8, password);
        }
        out.number(9, metadata.ackQuorum());
        if (metadata.ctimeMillis() >= 0) {
            out.number(10, metadata.ctimeMillis());
        }
        new TreeMap<>(metadata.customMetadata())
                .forEach((key, value) -> out.bytes(
                        11,
                        new ProtobufFields.Writer().text(1, key).bytes(2, value).toByteArray()));
        return out.number(12, metadata.cToken()).toByteArray();
    }

    private static LedgerMetadata readMessage(long ledgerId, ProtobufFields.Reader in) {
        Fields fields = new Fields();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> fields.writeQuorum = in.int32();
                case 2 -> fields.ensembleSize = in.int32();
                case 3 -> fields.length = in.number();
                case 4 -> fields.lastEntryId = in.number();
                case 5 -> fields.state = stateOf(in.int32());
                case 6 -> fields.fragments.add(readFragment(in.message()));
                case 7 -> fields.digestType = digestOf(in.int32());
                case 8 -> fields.password = in.bytes();
                case 9 -> fields.ackQuorum = in.int32();
                case 10 -> fields.ctimeMillis = in.number();
                case 11 -> readCustom(in.message(), fields.customMetadata);
                case 12 -> fields.cToken = in.number();
                default -> {
                    // A later version's field: nothing of ours depends on it.
                }
            }
        }
        return fields.toMetadata(ledgerId, 3);
    }

    private static LedgerFragment readFragment(ProtobufFields.Reader in) {
        List<BookieId> ensemble = new ArrayList<>();
        long firstEntryId = -1;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> ensemble.add(new BookieId(in.text()));
                case 2 -> firstEntryId = in.number();
                default -> {
                    // A later version's field: nothing of ours depends on it.
                }
            }
        }
        return new LedgerFragment(firstEntryId, ensemble);
    }

    private static void readCustom(ProtobufFields.Reader in, Map<String, byte[]> customMetadata) {
        String key = "";
        byte[] value = {};
        while (in.next()) {
            switch (in.field()) {
                case 1 -> key = in.text();
                case 2 -> value = in.bytes();
                default -> {
                    // A later version's field: nothing of ours depends on it.
                }
            }
        }
        customMetadata.put(key, value);
    }

    private static int stateNumber(LedgerState state) {
        return switch (state) {
            case OPEN -> 1;
            case IN_RECOVERY -> 2;
            case CLOSED -> 3;
        };
    }

    private static LedgerState stateOf(int number) {
        return switch (number) {
            case 1 -> LedgerState.OPEN;
            case 2 -> LedgerState.IN_RECOVERY;
            case 3 -> LedgerState.CLOSED;
            default -> throw new IllegalArgumentException("state " + number);
        };
    }

    private static int digestNumber(DigestType digest) {
        return Arrays.asList(DIGESTS).indexOf(digest) + 1;
    }

    private static DigestType digestOf(int number) {
        if (number < 1 || number > DIGESTS.length) {
            throw new IllegalArgumentException("digest type " + number);
        }
        return DIGESTS[number - 1];
    }

    /** What was read so far. Thread: owned by the reading call. */
    private static final class Fields {
        private int writeQuorum;
        private int ensembleSize;
        private int ackQuorum;
        private long length = -1;
        private long lastEntryId = Long.MIN_VALUE;
        private @Nullable LedgerState state;
        private final List<LedgerFragment> fragments = new ArrayList<>();
        private @Nullable DigestType digestType;
        private byte @Nullable [] password;
        private long ctimeMillis = -1;
        private long cToken;
        private final Map<String, byte[]> customMetadata = new HashMap<>();

        LedgerMetadata toMetadata(long ledgerId, int formatVersion) {
            LedgerState known = state;
            if (known == null) {
                throw new IllegalArgumentException("no state");
            }
            if (known == LedgerState.CLOSED && (length < 0 || lastEntryId < LedgerMetadata.NO_ENTRY)) {
                throw new IllegalArgumentException("closed without length and last entry");
            }
            return new LedgerMetadata(
                    ledgerId,
                    ensembleSize,
                    writeQuorum,
                    ackQuorum == 0 ? writeQuorum : ackQuorum,
                    known,
                    Math.max(lastEntryId, LedgerMetadata.NO_ENTRY),
                    Math.max(length, 0),
                    fragments,
                    digestType,
                    password,
                    ctimeMillis,
                    cToken,
                    customMetadata,
                    formatVersion);
        }
    }
}
