package io.dlog.tools.dlog;

import io.dlog.log.record.DLSN;
import io.dlog.tools.console.CommandException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Positions as people type them: {@code 1,20,0}, the printed form {@code DLSN{...}}, or the Base64 text. */
final class DlsnText {
    private static final Pattern NUMBERS = Pattern.compile("\\s*(-?\\d+)\\s*,\\s*(-?\\d+)\\s*,\\s*(-?\\d+)\\s*");
    private static final Pattern PRINTED =
            Pattern.compile("DLSN\\{logSegmentSequenceNo=(-?\\d+), entryId=(-?\\d+), slotId=(-?\\d+)}");

    private DlsnText() {}

    /** Reads any of the forms; a {@link CommandException} for anything else. */
    static DLSN parse(String text) {
        try {
            for (Pattern form : new Pattern[] {NUMBERS, PRINTED}) {
                Matcher matcher = form.matcher(text);
                if (matcher.matches()) {
                    return new DLSN(
                            Long.parseLong(matcher.group(1)),
                            Long.parseLong(matcher.group(2)),
                            Long.parseLong(matcher.group(3)));
                }
            }
            return DLSN.deserialize(text);
        } catch (IllegalArgumentException wrong) {
            throw new CommandException(
                    "'" + text + "' is not a position; give SEGMENT,ENTRY,SLOT, e.g. 1,0,0, or the Base64 text", wrong);
        }
    }
}
