package io.dlog.ledger;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The little of protobuf's text form that metadata needs: ledger metadata of format 2, cookies, under-replication marks.
 *
 * <pre>
 *   name: 12
 *   name: "text, other bytes as \ooo"
 *   name: ENUM
 *   name {
 *     inner: 1
 *   }
 * </pre>
 *
 * <p>Thread: immutable. Source: protobuf text format specification.
 *
 * @param name of the field
 * @param scalar value without quotes and escapes; empty for a message
 * @param fields of a message; empty for a scalar
 */
public record ProtobufText(String name, byte[] scalar, List<ProtobufText> fields) {
    /** Messages nest this deep at most; metadata needs two. */
    private static final int DEPTH_MAX = 8;

    public ProtobufText {
        fields = List.copyOf(fields);
    }

    /** The scalar as text. */
    public String text() {
        return new String(scalar, StandardCharsets.UTF_8);
    }

    /** The scalar as a number. */
    public long number() {
        return Long.parseLong(text());
    }

    /** First field of that name. */
    public static Optional<ProtobufText> first(List<ProtobufText> fields, String name) {
        return fields.stream().filter(field -> field.name.equals(name)).findFirst();
    }

    /** All fields of that name. */
    public static List<ProtobufText> all(List<ProtobufText> fields, String name) {
        return fields.stream().filter(field -> field.name.equals(name)).toList();
    }

    /** Appends {@code name: value} and a line end. */
    public static void writeToken(StringBuilder out, String name, Object value) {
        out.append(name).append(": ").append(value).append('\n');
    }

    /** Appends {@code name: "value"} and a line end. */
    public static void writeText(StringBuilder out, String name, String value) {
        writeBytes(out, name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends {@code name: "value"} and a line end. */
    public static void writeBytes(StringBuilder out, String name, byte[] value) {
        out.append(name).append(": \"");
        for (byte b : value) {
            escape(out, b);
        }
        out.append("\"\n");
    }

    private static void escape(StringBuilder out, byte b) {
        int at = ESCAPED_BYTES.indexOf(b);
        if (at >= 0) {
            out.append('\\').append(ESCAPE_LETTERS.charAt(at));
        } else if (b >= 0x20 && b < 0x7F) {
            out.append((char) b);
        } else {
            out.append('\\')
                    .append((char) ('0' + ((b >>> 6) & 3)))
                    .append((char) ('0' + ((b >>> 3) & 7)))
                    .append((char) ('0' + (b & 7)));
        }
    }

    private static final String ESCAPED_BYTES = "\u0007\b\f\n\r\t\u000b\\'\"";
    private static final String ESCAPE_LETTERS = "abfnrtv\\'\"";

    /** Reads all fields; malformed input is an {@link IllegalArgumentException}. */
    public static List<ProtobufText> read(byte[] input, int offset) {
        Parser parser = new Parser(input, offset);
        List<ProtobufText> fields = parser.fields(0);
        if (!parser.atEnd()) {
            throw parser.malformed("unexpected '}'");
        }
        return fields;
    }

    /** Thread: owned by the caller. */
    private static final class Parser {
        private final byte[] input;
        private int position;

        Parser(byte[] input, int offset) {
            this.input = input;
            this.position = offset;
        }

        IllegalArgumentException malformed(String what) {
            return new IllegalArgumentException("text form: " + what + " at byte " + position);
        }

        boolean atEnd() {
            skipSpace();
            return position >= input.length;
        }

        private void skipSpace() {
            while (position < input.length) {
                byte b = input[position];
                if (b == '#') {
                    while (position < input.length && input[position] != '\n') {
                        position++;
                    }
                } else if (b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == ',' || b == ';') {
                    position++;
                } else {
                    return;
                }
            }
        }

        List<ProtobufText> fields(int depth) {
            if (depth > DEPTH_MAX) {
                throw malformed("deeper than " + DEPTH_MAX);
            }
            List<ProtobufText> fields = new ArrayList<>();
            while (!atEnd() && input[position] != '}') {
                String name = token();
                boolean hasColon = take(':');
                if (take('{')) {
                    List<ProtobufText> inner = fields(depth + 1);
                    if (!take('}')) {
                        throw malformed("missing '}'");
                    }
                    fields.add(new ProtobufText(name, new byte[0], inner));
                } else if (hasColon) {
                    fields.add(new ProtobufText(name, scalar(), List.of()));
                } else {
                    throw malformed("missing ':'");
                }
            }
            return fields;
        }

        private boolean take(char c) {
            if (!atEnd() && input[position] == c) {
                position++;
                return true;
            }
            return false;
        }

        private String token() {
            int start = position;
            while (position < input.length && isTokenByte(input[position])) {
                position++;
            }
            if (start == position) {
                throw malformed("name or value expected");
            }
            return new String(input, start, position - start, StandardCharsets.US_ASCII);
        }

        private static boolean isTokenByte(byte b) {
            return (b >= '0' && b <= '9')
                    || (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || b == '_'
                    || b == '-'
                    || b == '+'
                    || b == '.';
        }

        private byte[] scalar() {
            if (atEnd()) {
                throw malformed("missing value");
            }
            byte quote = input[position];
            if (quote != '"' && quote != '\'') {
                return token().getBytes(StandardCharsets.US_ASCII);
            }
            position++;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            while (true) {
                byte b = take();
                if (b == quote) {
                    return out.toByteArray();
                }
                out.write(b == '\\' ? escaped() : b);
            }
        }

        private byte take() {
            if (position >= input.length) {
                throw malformed("unfinished text");
            }
            return input[position++];
        }

        private int escaped() {
            byte b = take();
            if (b >= '0' && b <= '7') {
                return digits(b - '0', 8, 2);
            }
            if (b == 'x' || b == 'X') {
                int value = Character.digit(take(), 16);
                if (value < 0) {
                    throw malformed("bad escape");
                }
                return digits(value, 16, 1);
            }
            int at = ESCAPE_LETTERS.indexOf(b);
            if (at < 0) {
                throw malformed("bad escape");
            }
            return ESCAPED_BYTES.charAt(at);
        }

        private int digits(int first, int radix, int moreMax) {
            int value = first;
            for (int i = 0; i < moreMax && position < input.length; i++) {
                int digit = Character.digit(input[position], radix);
                if (digit < 0) {
                    break;
                }
                value = value * radix + digit;
                position++;
            }
            return value;
        }
    }
}
