package io.dlog.bookie.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which entries of a ledger are here, as sent to clients.
 *
 * <pre>
 *   version 4 = 0 | group count 4 | zeros 56
 *   group: first sequence start 8 | last sequence start 8 | sequence size 4 | sequence period 4
 *
 *   ids 0 1 4 5 8 9 20:   {first 0, last 8, size 2, period 4} {first 20, last 20, size 1, period 0}
 * </pre>
 *
 * <p>Big-endian. Thread: no state. Source: BookKeeper wire protocol, GET_LIST_OF_ENTRIES_OF_LEDGER.
 */
final class EntryAvailability {
    private static final int HEADER_BYTES = 64;
    private static final int GROUP_BYTES = 24;

    private EntryAvailability() {}

    private record Group(long first, long last, int size, int period) {}

    /** @param ids ascending, each once */
    static byte[] encode(long[] ids) {
        List<Group> groups = groups(ids);
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + groups.size() * GROUP_BYTES);
        out.putInt(0).putInt(groups.size()).position(HEADER_BYTES);
        for (Group g : groups) {
            out.putLong(g.first()).putLong(g.last()).putInt(g.size()).putInt(g.period());
        }
        return out.array();
    }

    private static List<Group> groups(long[] ids) {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < ids.length; ) {
            int size = runLength(ids, i);
            long start = ids[i];
            i += size;
            Group open = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            long step = open == null ? 0 : start - open.last();
            boolean isContinued = open != null
                    && open.size() == size
                    && step <= Integer.MAX_VALUE
                    && (open.period() == 0 || open.period() == step);
            if (open != null && isContinued) {
                groups.set(groups.size() - 1, new Group(open.first(), start, size, (int) step));
            } else {
                groups.add(new Group(start, start, size, 0));
            }
        }
        return groups;
    }

    private static int runLength(long[] ids, int from) {
        int to = from + 1;
        while (to < ids.length && ids[to] == ids[to - 1] + 1) {
            to++;
        }
        return to - from;
    }
}
