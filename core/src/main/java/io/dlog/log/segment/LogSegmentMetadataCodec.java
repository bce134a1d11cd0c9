package io.dlog.log.segment;

import io.dlog.log.LogSegmentInfo.Truncation;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Name and bytes of a log segment's node: decimals separated by semicolons.
 *
 * <pre>
 *   inprogress_%018d    version;ledger;firstTxId[;lssn][;minEntry;minSlot][;startSequenceId]
 *   logrecs_%018d       version;ledger;firstTxId;lastTxId;completionTime[;lssn;lastEntry;lastSlot]
 *                       [;minEntry;minSlot][;startSequenceId]
 *
 *   version 1 has nothing in brackets, 2 adds lssn (and last entry and slot), 3 and 4 the first active position,
 *   5 the start sequence id
 *
 *   first field, 64 bits:   63      32 31   28 27   16 15    8 7      0
 *                          | records  | region |      | status | version |      status: 0 active, 1 partially
 *                                                                             truncated, 2 truncated (low two bits)
 *
 *   older names:  inprogress_[hex first tx id]      logrecs_[%018d first]_[%018d last]
 * </pre>
 *
 * <p>The number in a name is the segment's sequence number (lssn); in a node of version 1, which has none, it is read as
 * such too. Versions above 5 are refused. Source: DistributedLog, checked against recorded payloads.
 */
public final class LogSegmentMetadataCodec {
    private static final String IN_PROGRESS = "inprogress_";
    private static final String COMPLETED = "logrecs_";
    private static final int STATUS_SHIFT = 8;
    private static final int REGION_SHIFT = 28;
    private static final int COUNT_SHIFT = 32;

    private LogSegmentMetadataCodec() {}

    /** Name of the node of a segment in progress. */
    public static String inProgressName(long sequenceNo) {
        return IN_PROGRESS + String.format(Locale.ROOT, "%018d", sequenceNo);
    }

    /** Name of the node of a completed segment. */
    public static String completedName(long sequenceNo) {
        return COMPLETED + String.format(Locale.ROOT, "%018d", sequenceNo);
    }

    /** Whether a node below {@code ledgers} is a log segment. */
    public static boolean isSegmentName(String name) {
        return name.startsWith(IN_PROGRESS) || name.startsWith(COMPLETED);
    }

    /** Encodes. */
    public static byte[] write(LogSegmentMetadata segment) {
        int version = segment.version();
        StringBuilder out = new StringBuilder();
        out.append(firstField(segment));
        field(out, segment.ledgerId());
        field(out, segment.firstTxId());
        if (!segment.isInProgress()) {
            field(out, segment.lastTxId());
            field(out, segment.completionTimeMillis());
        }
        if (version >= 2) {
            field(out, segment.sequenceNo());
            if (!segment.isInProgress()) {
                field(out, segment.lastEntryId());
                field(out, segment.lastSlotId());
            }
        }
        if (version >= 3) {
            field(out, segment.minActiveEntryId());
            field(out, segment.minActiveSlotId());
        }
        if (version >= 5) {
            field(out, segment.startSequenceId());
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static long firstField(LogSegmentMetadata segment) {
        long records = segment.isInProgress() ? 0 : segment.recordCount();
        return records << COUNT_SHIFT
                | (long) segment.regionId() << REGION_SHIFT
                | (long) status(segment.truncation()) << STATUS_SHIFT
                | segment.version();
    }

    private static void field(StringBuilder out, long value) {
        out.append(';').append(value);
    }

    /**
     * Decodes; what isn't a segment is an {@link IllegalArgumentException} that names it.
     *
     * @param name of the node, below {@code ledgers}
     */
    public static LogSegmentMetadata read(String name, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return read(name, text.split(";", -1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "log segment " + name + " can't be read: '" + text + "': " + e.getMessage(), e);
        }
    }

    private static LogSegmentMetadata read(String name, String[] parts) {
        long first = Long.parseLong(parts[0]);
        int version = (int) (first & 0xFF);
        if (version < 1 || version > LogSegmentMetadata.CURRENT_VERSION) {
            throw new IllegalArgumentException("layout version " + version);
        }
        boolean isInProgress = parts.length == fieldCount(version, true);
        if (!isInProgress && parts.length != fieldCount(version, false)) {
            throw new IllegalArgumentException(parts.length + " fields in layout version " + version);
        }
        if (isInProgress != name.startsWith(IN_PROGRESS)) {
            throw new IllegalArgumentException(parts.length + " fields under this name");
        }
        Fields in = new Fields(parts);
        long ledgerId = in.next();
        long firstTxId = in.next();
        long lastTxId = isInProgress ? -1 : in.next();
        long completionTimeMillis = isInProgress ? 0 : in.next();
        long sequenceNo = version >= 2 ? in.next() : sequenceNoOf(name);
        long lastEntryId = version >= 2 && !isInProgress ? in.next() : -1;
        long lastSlotId = version >= 2 && !isInProgress ? in.next() : -1;
        return new LogSegmentMetadata(
                version,
                ledgerId,
                isInProgress,
                sequenceNo,
                firstTxId,
                lastTxId,
                completionTimeMillis,
                isInProgress ? 0 : (int) (first >>> COUNT_SHIFT),
                lastEntryId,
                lastSlotId,
                truncation((int) (first >>> STATUS_SHIFT) & 3),
                version >= 3 ? in.next() : 0,
                version >= 3 ? in.next() : 0,
                version >= 5 ? in.next() : -1,
                (int) (first >>> REGION_SHIFT) & 0xF,
                name);
    }

    /** Fields of a payload, the first included. */
    private static int fieldCount(int version, boolean isInProgress) {
        int count = isInProgress ? 3 : 5;
        if (version >= 2) {
            count += isInProgress ? 1 : 3;
        }
        if (version >= 3) {
            count += 2;
        }
        return version >= 5 ? count + 1 : count;
    }

    private static long sequenceNoOf(String name) {
        String number = name.substring(name.indexOf('_') + 1);
        return number.matches("\\d{18}") ? Long.parseLong(number) : 0;
    }

    private static int status(Truncation truncation) {
        return switch (truncation) {
            case ACTIVE -> 0;
            case PARTIALLY_TRUNCATED -> 1;
            case TRUNCATED -> 2;
        };
    }

    private static Truncation truncation(int status) {
        return switch (status) {
            case 0 -> Truncation.ACTIVE;
            case 1 -> Truncation.PARTIALLY_TRUNCATED;
            case 2 -> Truncation.TRUNCATED;
            default -> throw new IllegalArgumentException("truncation status " + status);
        };
    }

    /** Thread: owned by the reading call. */
    private static final class Fields {
        private final String[] parts;
        private int position = 1;

        Fields(String[] parts) {
            this.parts = parts;
        }

        long next() {
            return Long.parseLong(parts[position++]);
        }
    }
}
